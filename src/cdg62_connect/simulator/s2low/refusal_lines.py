"""How the lines of the catalogue of refusals are written, and the groups of pages that they speak of."""

from __future__ import annotations

from cdg62_connect.simulator.catalogue import RefusSimule

ALL = ("*",)
CREATE = ("actes_transac_create",)
SUBMIT = ("actes_transac_submit",)
CANCEL = ("actes_transac_cancel",)
CLOSE = ("actes_transac_close",)
CONFIRM = ("actes_transac_post_confirm_api",)
STATUS = ("actes_transac_get_status",)
FILES = ("actes_transac_get_files_list",)
TAMPON = ("actes_transac_get_tampon",)
PAGES = ("actes_transac_get_ARActe", "actes_download_file", "actes_create_pdf")
OF_ONE_ACTE = (*STATUS, *FILES, *PAGES, *TAMPON, "actes_transac_get_document")
LISTS = ("list_actes", "number_actes")
CLASSIFICATION = ("actes_classification_fetch",)
REQUEST = ("actes_classification_request",)
LETTERS = ("list_document_prefecture", "document_prefecture_mark_as_read")
REPLY = ("actes_transac_reponse_create",)
PES_IMPORT = ("helios_importer_fichier",)
PES_STATUS = ("helios_transac_get_status",)
PES_FILES = ("helios_download_acquit", "helios_download_file")
RETOURS = ("helios_get_list", "helios_get_retour", "helios_change_status")
ONE_RETOUR = ("helios_get_retour", "helios_change_status")
SEND = ("send-mail",)
MAILS = (*SEND, "list-mail", "detail-mail", "delete-mail")
ADMIN_AUTHORITY = ("admin_authority_edit_handler",)
ADMIN_USER = ("admin_user_edit_handler",)

EDIT = (
    *CREATE,
    *SUBMIT,
    *STATUS,
    *CLASSIFICATION,
    *REQUEST,
    *CLOSE,
    *CONFIRM,
    *REPLY,
    *PES_IMPORT,
    *PES_STATUS,
    *SEND,
)
VIEW = (*FILES, *PAGES, *TAMPON, "actes_transac_get_document", *LETTERS, *LISTS, *PES_FILES, *RETOURS)
MODULE = (*EDIT, *VIEW, "list-mail", "detail-mail", "delete-mail")

_HANDSHAKE = "Alerte TLS, sans réponse HTTP"


def tls(nom: str, cause: str) -> RefusSimule:
    """A certificate that the front end does not accept."""
    return RefusSimule(
        nom=nom, operations=ALL, dit=_HANDSHAKE, cause=cause, moyen="certificat", commande=False
    )


def asked(nom: str, operations: tuple[str, ...], dit: str, cause: str, *, vu: bool = True) -> RefusSimule:
    """A refusal that the request itself brings about."""
    return RefusSimule(nom=nom, operations=operations, dit=dit, cause=cause, vu=vu)


def shown(nom: str, dit: str, cause: str, operations: tuple[str, ...] = ALL) -> RefusSimule:
    """A refusal that the certificate brings about."""
    return RefusSimule(nom=nom, operations=operations, dit=dit, cause=cause, moyen="certificat")


def trouble(nom: str, operations: tuple[str, ...], dit: str, cause: str) -> RefusSimule:
    """A trouble of the platform itself, that only an order brings about."""
    return RefusSimule(nom=nom, operations=operations, dit=dit, cause=cause, moyen="panne")


def later(
    nom: str,
    dit: str,
    cause: str,
    *,
    vu: bool = True,
    scenario: bool = False,
    operations: tuple[str, ...] = STATUS,
) -> RefusSimule:
    """A refusal that a status tells once the deposit was accepted."""
    return RefusSimule(
        nom=nom,
        operations=operations,
        dit=dit,
        cause=cause,
        moyen="scenario" if scenario else "demande",
        vu=vu,
        prouve=False,
        commande=False,
    )
