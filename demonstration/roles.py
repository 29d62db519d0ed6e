"""The ten people of the demonstration one can sign in as, by the key of their link and the account behind it."""

from ecabinet.refusals import N_

ROLES = {
    "secretary": N_("Secretary of the Government"),
    "chair": N_("Chair: the Prime Minister"),
    "health": N_("Member: Minister of Health"),
    "finance": N_("Member: Minister of Finance"),
    "justice": N_("Member: Minister of Justice"),
    "office": N_("Office of the Minister of Health"),
    "officer": N_("Officer of the Ministry of Health"),
    "guest": N_("Guest of one agenda item"),
    "auditor": N_("Auditor and archivist"),
    "administrator": N_("Administrator"),
}
