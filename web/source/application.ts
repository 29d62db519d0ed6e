// What every page loads. The policy comes first: the modules after it hand strings to the page.
import "./trusted_types";
import "./forms";
import "./dialogs";
import "./live";
import "./regions";
import "./agenda_strip";
import "./vote";
import "./block";
import "./recall";
import "./fill_answer";
import "./passkeys";
import "./follow";
