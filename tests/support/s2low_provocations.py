"""How each refusal of S2LOW is brought about, apart from those about the deposit of an acte.

Each is given the bench of the test: ``s2low`` (a program of the first commune), ``platform``, ``account`` (a program
with an account of its own), ``caller`` (programs of the other authorities), ``as_one`` (by kind of certificate).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import requests

from cdg62_connect.simulator import Scenario
from cdg62_connect.simulator.s2low import Limites, ScenarioPes
from support.pes_samples import pes

ACTES, HELIOS, MAIL = "/modules/actes", "/modules/helios", "/modules/mail/api"
SIREN = "216209916"
AUTHORITY = "/admin/authorities/admin_authority_edit_handler.php"
USER = "/admin/users/admin_user_edit_handler.php"
SUBMIT = f"{ACTES}/actes_transac_submit.php"

Provoke = Callable[[Any], requests.Response]


def close(
    bench: Any, transaction: object, program: Any = None, *, status: str = "valid"
) -> requests.Response:
    fields = [("api", "1"), ("id", str(transaction)), ("status", status)]
    return (program or bench.s2low).post(f"{ACTES}/actes_transac_close.php", fields)


def confirm(bench: Any, transaction: object, program: Any = None) -> requests.Response:
    page = f"{ACTES}/actes_transac_post_confirm_api.php"
    return (program or bench.s2low).get(page, api=1, id=transaction)


def request_twice(bench: Any) -> requests.Response:
    for _ in range(2):
        answer: requests.Response = bench.s2low.get(f"{ACTES}/actes_classification_request.php", api=1)
    return answer


def refused_cancellation(bench: Any) -> requests.Response:
    bench.platform.prevoir(Scenario(contient="PC62991", issue="refus_annulation"))
    transaction = bench.s2low.acknowledged()
    assert bench.cancel(transaction).text.startswith("OK")
    bench.platform.acquitter(transaction + 1)
    return bench.status(transaction + 1)


def reply(
    sorte: Any = "demande_pieces", *, without: str = "", program: Any = None, **changes: str
) -> Provoke:
    def provoke(bench: Any) -> requests.Response:
        letter = bench.platform.ecrire(bench.s2low.acknowledged(), sorte).id
        fields = {"api": "1", "id": str(letter), "type_envoie": "4", "type_acte": "99_AI", **changes}
        files = [] if without == "file" else [("acte_pdf_file", "r.pdf", bench.s2low.document)]
        pairs = [(name, value) for name, value in fields.items() if name != without]
        return (program or bench.s2low).post(f"{ACTES}/actes_transac_reponse_create.php", pairs, files)

    return provoke


def send_pes(bench: Any, content: bytes = pes(), program: Any = None) -> requests.Response:
    page = f"{HELIOS}/api/helios_importer_fichier.php"
    return (program or bench.s2low).post(page, [], [("enveloppe", "PES.xml", content)])


def pes_status(bench: Any, transaction: object, program: Any = None) -> requests.Response:
    params = {"transaction": transaction} if transaction else {}
    return (program or bench.s2low).get(f"{HELIOS}/api/helios_transac_get_status.php", **params)


def pes_duplicate(bench: Any) -> requests.Response:
    send_pes(bench)
    return send_pes(bench)


def limited(provoke: Provoke, **limites: int) -> Provoke:
    def limit(bench: Any) -> requests.Response:
        bench.platform.limites = dataclasses.replace(Limites(), **limites)
        return provoke(bench)

    return limit


def pes_taken_back(bench: Any) -> requests.Response:
    send_pes(bench)
    bench.platform.helios.annuler(5120)
    return pes_status(bench, 5120)


def pes_of_another(bench: Any) -> requests.Response:
    send_pes(bench)
    return pes_status(bench, 5120, bench.caller(1))


def pes_refused_later(content: bytes = pes(), **scenario: Any) -> Provoke:
    def provoke(bench: Any) -> requests.Response:
        if scenario:
            bench.platform.helios.prevoir(ScenarioPes(contient="VALMONT", **scenario))
        send_pes(bench, content)
        last = max(one["id"] for one in bench.platform.helios.snapshot()["pes"])
        bench.platform.helios.acquitter(last)
        return pes_status(bench, last)

    return provoke


def pes_name_used(bench: Any) -> requests.Response:
    send_pes(bench)
    return pes_refused_later(pes(bordereaux=["2"]))(bench)


def pes_without_destination(bench: Any) -> requests.Response:
    bench.authority.helios_dest = ""
    return pes_refused_later()(bench)


def mail(**changes: str) -> Provoke:
    fields = {"mailto": "a@exemple.fr", "objet": "Objet", "message": "Texte", **changes}
    files = [("uploadFile1", "a.pdf", b"%PDF-1.4")]
    return lambda bench: bench.s2low.post(f"{MAIL}/send-mail.php", list(fields.items()), files)


def administered(path: str, *, certificate: bool = False, **fields: str) -> Provoke:
    def provoke(bench: Any) -> requests.Response:
        files = []
        if certificate:
            pair = bench.simulator.authority.client_certificate(f"nouveau {bench.folder}")
            files = [("certificate", "c.pem", pair[0].read_bytes())]
        pairs = [("api", "1"), *fields.items()]
        if path == USER and fields.get("authority_id") == "mine":
            pairs = [(n, str(bench.authority.id) if n == "authority_id" else v) for n, v in pairs]
        return bench.as_one("administration").post(path, pairs, files)

    return provoke


def known_twice(bench: Any) -> requests.Response:
    again = administered(USER, certificate=True, authority_id="mine")
    assert again(bench).json()["status"] == "ok"
    return again(bench)


UNSIGNED = (
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S"><ds:SignedInfo/></ds:Signature>'
)
NEW = {"name": "Essai", "siren": "200069037", "department": "062", "district": "1"}

MODULES: dict[str, Provoke] = {
    "droit_tt_absent": lambda bench: confirm(bench, 1, bench.account(droits=["CS"])),
    "archiviste_seulement": lambda bench: bench.s2low.get(f"{HELIOS}/api/list_pes_aller.php"),
    "administrateur_de_groupe_seulement": lambda bench: bench.s2low.get(
        f"{ACTES}/api/nb_actes_by_authorities_and_date.php"
    ),
    "administrateur_seulement": lambda bench: bench.s2low.post(AUTHORITY, [("api", "1"), *NEW.items()]),
    "pes_d_une_autre_collectivite": pes_of_another,
    "pes_certificat_non_rgs": lambda bench: send_pes(bench, program=bench.as_one("non_rgs")),
    "mode_lot": lambda bench: bench.s2low.create(batchfile="7"),
    "enveloppe_desactivee": lambda bench: _switched_off(bench),
    "enveloppe_non_conforme": lambda bench: bench.s2low.post(
        SUBMIT, [("api", "1")], [("enveloppe", "n'importe quoi.zip", b"PK\x03\x04")]
    ),
    "classification_trop_tot": request_twice,
    "refus_annulation": refused_cancellation,
    "confirmation_sans_id": lambda bench: confirm(bench, ""),
    "transaction_non_initialisee": lambda bench: confirm(bench, 1),
    "pas_en_attente": lambda bench: confirm(bench, bench.s2low.created()),
    "etat_incorrect": lambda bench: close(bench, bench.s2low.created()),
    "reponse_sans_type": reply(without="type_envoie"),
    "reponse_fichier_illegal": reply(without="file"),
    "reponse_typologie_absente": reply(without="type_acte"),
    "reponse_impossible": reply("defere"),
    "pes_absent": lambda bench: bench.s2low.post(f"{HELIOS}/api/helios_importer_fichier.php", []),
    "pes_trop_gros": limited(send_pes, pes=10),
    "pes_vide": lambda bench: send_pes(bench, b""),
    "pes_doublon": pes_duplicate,
    "pes_sans_numero": lambda bench: pes_status(bench, ""),
    "pes_inconnu": lambda bench: pes_status(bench, 1),
    "pes_annule": pes_taken_back,
    "retour_inconnu": lambda bench: bench.s2low.get(f"{HELIOS}/api/helios_get_retour.php", id=1),
    "pes_antivirus": pes_refused_later(issue="refus_antivirus"),
    "pes_refus_analyse": pes_refused_later(issue="refus_analyse", motif="structure inattendue"),
    "pes_encodage": pes_refused_later(pes(declared="UTF-8")),
    "pes_illisible": pes_refused_later(pes() + b"<"),
    "pes_sans_contenu": pes_refused_later(pes(bordereaux=[])),
    "pes_sans_nom_fic": pes_refused_later(pes(nom_fic="")),
    "pes_cod_col_long": pes_refused_later(pes(cod_col="1234")),
    "pes_signature_invalide": pes_refused_later(pes(after=UNSIGNED)),
    "pes_nom_fic_pris": pes_name_used,
    "pes_id_coll_long": pes_refused_later(pes(id_coll="1" * 15)),
    "pes_sans_destination": pes_without_destination,
    "pes_en_tete": pes_refused_later(pes(id_post="62001")),
    "pes_acquit_invalide": pes_refused_later(pes(cod_col="000")),
    "mail_sans_destinataire": mail(mailto=""),
    "mail_adresse": mail(mailto="personne"),
    "mail_copie": mail(mailcc="personne"),
    "mail_copie_cachee": mail(mailcci="personne"),
    "mail_sans_objet": mail(objet=""),
    "mail_sans_message": mail(message=" "),
    "mail_message_long": mail(message="x" * 2001),
    "mail_trop_gros": limited(mail(), mail=1),
    "mail_inconnu": lambda bench: bench.s2low.get(f"{MAIL}/delete-mail.php", id=1),
    "departement_incorrect": administered(AUTHORITY, **{**NEW, "department": "62"}),
    "siren_incorrect": administered(AUTHORITY, **{**NEW, "siren": "12"}),
    "siren_pris": administered(AUTHORITY, **{**NEW, "siren": SIREN}),
    "nom_absent": administered(AUTHORITY, **{**NEW, "name": ""}),
    "compte_sans_collectivite": administered(USER, certificate=True),
    "compte_sans_certificat": administered(USER, authority_id="mine"),
    "role_incorrect": administered(USER, certificate=True, authority_id="mine", role="ROI"),
    "login_pris": administered(USER, certificate=True, authority_id="mine", login="agent-1"),
    "compte_en_double": known_twice,
}


def _switched_off(bench: Any) -> requests.Response:
    bench.platform.enveloppes_acceptees = False
    answer: requests.Response = bench.s2low.post(SUBMIT, [("api", "1")])
    return answer
