"""The doors of S2LOW's client: what each of its methods reads, besides those of ``platform_doors``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cdg62_connect.errors import InvalidInput, PlatformError
from cdg62_connect.s2low import (
    ActeFile,
    Cloture,
    Envoi,
    NewCollectivite,
    NewMail,
    NewReponse,
    NewUtilisateur,
    S2low,
)
from cdg62_connect.settings import Secret
from cdg62_connect.transport import BasicAuth, Payload
from hostile import answers
from hostile.door import LIMIT
from hostile.platform_doors import Call

DONE = b'{"result":"ok","status":"ok","message":"fait","id":"12"}'
KO_JSON = '{"status":"error","error-message":"Ce numéro de SIREN (1) est déjà utilisé"}'.encode()
IMPORT = "<import><id>5120</id><resultat>OK</resultat><message>reçu</message></import>".encode()
IMPORT_KO = "<import><id/><resultat>KO</resultat><message>doublon détecté.</message></import>".encode()
PES_STATUT = (
    '<?xml version="1.0" encoding="ISO-8859-1"?><transaction ><id>5120</id><resultat>OK</resultat>'
    "<message>Transaction 5120 refus\xe9e</message><status>6</status></transaction>"
).encode("iso-8859-1")
LISTE = (
    b"<liste><idColl>12</idColl><resultat/><message>r</message><pes_retour><id>77</id><nom>a.xml</nom>"
    b"<date>2025-03-14 01:58:11.204+01</date></pes_retour></liste>"
)
MARKED = b"<transaction><idRetour>77</idRetour><resultat>OK</resultat><message>fait</message></transaction>"
RETOUR = b"<?xml version='1.0'?><n:PES_Retour xmlns:n='urn:x'><a>1</a></n:PES_Retour>\n"
RETOUR_KO = "<get_retour><id/><resultat>KO</resultat><message>Accès refusé</message></get_retour>".encode()
PES_PAGE = b'{"status_id":4,"limit":100,"transactions":[{"id":"5120","filename":"a.xml"}]}'
UNREAD = (
    b'[{"id":"48600","type":"3","related_transaction_id":48211,"number":"A1","unique_id":"062-A1",'
    b'"last_status_id":8,"plus":[1]}]'
)
COUNT = b'{"status_id":"4","authority_id":12,"nb_transactions":5}'
LABELS = '{"-1":"Erreur","0":"Annulé","4":"Acquittement reçu"}'.encode()
COUNTS = (
    b'{"result":"ok","min_date":"2026-03-01","max_date":"2026-03-31","nbTransactionPerAuthorities":'
    b'[{"authority_id":"12","name":"Valmont","nb_transactions":"5"}]}'
)
MAILS = "12:2026-03-14 10:00:00.12:envoyé:Objet : suite\n 13:2026-03-14 11:00:00+01::b\n".encode()
MAIL = (
    "id:12\ndate_envoi:2026-03-14 10:00:00\npassword:\nfn_download:a\nstatus:envoyé\nobjet:Objet\n"
    "file:12:application/pdf:plan.pdf\nemis:a@b.fr:mailTo:t:2026-03-15 09:00:00\n\n\n==message==\n\nBonjour\n"
).encode()
ENVELOPE = b"\x1f\x8b\x08\x00" + b"envelope" * 20
ACTE_FILE = ActeFile("a.pdf", Payload.of(answers.PDF))


def _call(
    name: str,
    method: str,
    call: Callable[[S2low, Path], object],
    *valid: bytes,
    language: str = "text",
    effect: bool = False,
    accepted: bool = True,
) -> Call:
    return Call(
        name=f"s2low {name}",
        method=f"cdg62_connect.s2low.{method}",
        language=language,
        valid=(*valid, answers.KO),
        call=lambda session, into: call(S2low(session), into),
        content_type="text/html",
        effect=effect,
        accepted=accepted,
        slow=5,
        refusals=(PlatformError, InvalidInput),
    )


HELIOS = (
    _call(
        "helios_importer_fichier",
        "helios:Helios.transmettre",
        lambda s, _: s.helios.transmettre(Payload.of(b"<PES/>"), nom="a.xml"),
        IMPORT,
        IMPORT_KO,
        language="xml",
        effect=True,
    ),
    _call(
        "helios_transac_get_status",
        "helios:Helios.statut",
        lambda s, _: (found := s.helios.statut(1), found.refus, found.annonce),
        PES_STATUT,
        language="xml",
    ),
    _call(
        "helios_download_acquit",
        "helios:Helios.acquit",
        lambda s, into: s.helios.acquit(1, into=into, limit=LIMIT),
        RETOUR,
    ),
    _call(
        "helios_download_file",
        "helios:Helios.pes",
        lambda s, into: s.helios.pes(1, into=into, limit=LIMIT),
        RETOUR,
    ),
    _call(
        "list_pes_aller", "helios:Helios.lister", lambda s, _: s.helios.lister(4), PES_PAGE, language="json"
    ),
    _call("helios_get_list", "helios:Helios.retours", lambda s, _: s.helios.retours(), LISTE, language="xml"),
    _call(
        "helios_get_retour",
        "helios:Helios.retour",
        lambda s, into: s.helios.retour(1, into=into, limit=LIMIT),
        RETOUR,
        RETOUR_KO,
    ),
    _call(
        "helios_change_status",
        "helios:Helios.marquer_lu",
        lambda s, _: s.helios.marquer_lu(77),
        MARKED,
        language="xml",
        effect=True,
    ),
)
ACTES = (
    _call(
        "statut par identifiant",
        "actes:Actes.statut_de",
        lambda s, _: s.actes.statut_de("062-216209916-20260303-A1-AI").refus,
        answers.STATUT,
        answers.STATUT_KO,
    ),
    _call(
        "actes_transac_post_confirm_api",
        "actes:Actes.confirmer",
        lambda s, _: s.actes.confirmer(1),
        b"",
        effect=True,
        accepted=False,
    ),
    _call(
        "actes_transac_post_confirm_api_multi",
        "actes:Actes.confirmer_plusieurs",
        lambda s, _: s.actes.confirmer_plusieurs([1, 2]),
        b"OK\n1\n",
        effect=True,
        accepted=False,
    ),
    _call(
        "lien de confirmation",
        "actes:Actes.lien_confirmation",
        lambda s, _: s.actes.lien_confirmation([1], auth=BasicAuth("a", Secret("b")), retour="https://a.fr/"),
        b'{"nounce":"k3J9xQ"}',
        language="json",
    ),
    _call(
        "actes_transac_cancel",
        "actes:Actes.annuler",
        lambda s, _: s.actes.annuler(1),
        answers.DEPOSITED,
        effect=True,
    ),
    _call(
        "actes_transac_close",
        "actes:Actes.clore",
        lambda s, _: s.actes.clore([1], Cloture.VALIDE),
        b"OK\nfait\n",
        effect=True,
    ),
    _call(
        "actes_transac_submit",
        "actes:Actes.soumettre",
        lambda s, _: s.actes.soumettre(Payload.of(ENVELOPE), nom="a.tar.gz"),
        b"OK\n2\n48211\n48212\n\n",
        effect=True,
    ),
    _call(
        "actes_sae_status",
        "actes:Actes.changer_statut_sae",
        lambda s, _: s.actes.changer_statut_sae(1, 13),
        DONE,
        language="json",
        effect=True,
    ),
    _call(
        "list_actes de chaque statut",
        "actes:Actes.trouver",
        lambda s, _: s.actes.trouver("A1"),
        b'{"transactions":[]}',
        language="json",
        accepted=False,
    ),
    _call("number_actes", "actes:Actes.compter", lambda s, _: s.actes.compter(4), COUNT, language="json"),
    _call("actes_status", "actes:Actes.statuts", lambda s, _: s.actes.statuts(), LABELS, language="json"),
    _call(
        "actes_download_file tampon",
        "acte_files:ActeFiles.tamponne",
        lambda s, into: s.actes.tamponne(1, into=into, limit=LIMIT),
        answers.PDF,
        language="pdf",
    ),
    _call(
        "actes_transac_get_tampon",
        "acte_files:ActeFiles.acte_tamponne",
        lambda s, into: s.actes.acte_tamponne(1, into=into, limit=LIMIT),
        answers.PDF,
        language="pdf",
    ),
    _call(
        "actes_download_file enveloppe",
        "acte_files:ActeFiles.enveloppe",
        lambda s, into: s.actes.enveloppe(1, into=into, limit=LIMIT),
        ENVELOPE,
        language="binary",
    ),
    _call(
        "actes_classification_request",
        "classification:ClassificationResource.demander",
        lambda s, _: s.classification.demander(),
        answers.DEPOSITED,
        effect=True,
    ),
    _call(
        "list_document_prefecture",
        "prefecture:DocumentsPrefecture.non_lus",
        lambda s, _: s.actes.prefecture.non_lus(),
        UNREAD,
        language="json",
    ),
    _call(
        "actes_transac_get_document",
        "prefecture:DocumentsPrefecture.liees",
        lambda s, _: s.actes.prefecture.liees(1),
        b"3-8-48600\n6--1-48601\n",
    ),
    _call(
        "actes_transac_get_document d'un message",
        "prefecture:DocumentsPrefecture.telecharger",
        lambda s, into: s.actes.prefecture.telecharger(1, into=into, limit=LIMIT),
        b"3-8-48600\n",
        accepted=False,
    ),
    _call(
        "document_prefecture_mark_as_read",
        "prefecture:DocumentsPrefecture.marquer_lu",
        lambda s, _: s.actes.prefecture.marquer_lu(1),
        DONE,
        language="json",
        effect=True,
    ),
    _call(
        "actes_transac_reponse_create",
        "prefecture:DocumentsPrefecture.repondre",
        lambda s, _: s.actes.prefecture.repondre(NewReponse(1, "99_AI", ACTE_FILE, Envoi.ENVOI)),
        answers.DEPOSITED,
        effect=True,
    ),
)
OTHERS = (
    _call(
        "api-list-login", "connexion:Connexion.logins", lambda s, _: s.connexion.logins(), b"alice\n\nbruno\n"
    ),
    _call(
        "get-nounce",
        "connexion:Connexion.lien",
        lambda s, _: s.connexion.lien("/a.php", auth=BasicAuth("a", Secret("b"))),
        b'{"nounce":"k3J9xQ"}',
        language="json",
    ),
    _call(
        "send-mail",
        "mails:MailSecurise.envoyer",
        lambda s, _: s.mails.envoyer(NewMail(destinataires=("a@b.fr",), objet="o", message="m")),
        b"OK:12\n",
        b"ERROR:L'objet du mail est obligatoire\n",
        effect=True,
    ),
    _call("list-mail", "mails:MailSecurise.lister", lambda s, _: s.mails.lister(), MAILS),
    _call("detail-mail", "mails:MailSecurise.detail", lambda s, _: s.mails.detail(12), MAIL),
    _call(
        "delete-mail",
        "mails:MailSecurise.supprimer",
        lambda s, _: s.mails.supprimer(12),
        "OK: Transaction 12 supprimé\n".encode(),
        effect=True,
    ),
    _call(
        "admin_authority_edit_handler",
        "administration:Administration.enregistrer_collectivite",
        lambda s, _: s.administration.enregistrer_collectivite(NewCollectivite(name="V", siren="216209916")),
        DONE,
        KO_JSON,
        language="json",
        effect=True,
    ),
    _call(
        "admin_user_edit_handler",
        "administration:Administration.enregistrer_utilisateur",
        lambda s, _: s.administration.enregistrer_utilisateur(
            NewUtilisateur(name="M", givenname="A", email="a@b.fr", authority_id=1, clone=2)
        ),
        DONE,
        language="json",
        effect=True,
    ),
    _call(
        "nb_actes_by_authorities_and_date",
        "administration:Administration.compter_actes",
        lambda s, _: s.administration.compter_actes(),
        COUNTS,
        language="json",
    ),
    _call(
        "nb_pes_aller_by_authorities_and_date",
        "administration:Administration.compter_pes",
        lambda s, _: s.administration.compter_pes(),
        COUNTS,
        language="json",
    ),
)
S2LOW = (*HELIOS, *ACTES, *OTHERS)
