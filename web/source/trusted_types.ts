// The one Trusted Types policy of the pages. Browsers ask the policy called "default" for every plain string that htmx and
// pdf.js hand to the page; scripts inside markup and scripts from elsewhere are refused here.

interface Policy {
  createPolicy(name: string, rules: { createHTML(text: string): string; createScriptURL(url: string): string }): unknown;
}

const scriptElement = /<script[\s/>]/i;
const eventHandler = /<[^>]*\son[a-z]+\s*=/i;

function checkedMarkup(text: string): string {
  if (scriptElement.test(text) || eventHandler.test(text)) throw new TypeError("Markup with a script in it is refused.");
  return text;
}

function checkedScript(url: string): string {
  if (new URL(url, document.baseURI).origin !== location.origin) throw new TypeError("A script from elsewhere is refused.");
  return url;
}

const factory = (window as { trustedTypes?: Policy }).trustedTypes;
factory?.createPolicy("default", { createHTML: checkedMarkup, createScriptURL: checkedScript });
