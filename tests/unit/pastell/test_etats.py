"""What each state means, as it was seen on a real platform (4.0), and as definitions say it elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdg62_connect.errors import AccessRefused, NotFound
from cdg62_connect.pastell import (
    FLUX_CONNUS,
    Avancement,
    DocumentDetail,
    Issue,
    Nature,
    Pastell,
    RoleFichier,
    Suite,
    Verdict,
    verdict,
)
from cdg62_connect.pastell.etapes import SIGNATURE, TDT_ACTES, TRANSFORMATION, studio

Platform = Any
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URBA = "document-autorisation-urbanisme"

OFFERED = {
    "creation": ["modification", "supression"],
    "modification": ["modification", "supression"],
    "preparation-transformation": ["transformation"],
    "transformation": ["modification", "orientation"],
    "preparation-send-iparapheur": ["send-iparapheur"],
    "send-signature-error": ["modification", "supression", "send-iparapheur"],
    "send-iparapheur": ["verif-iparapheur"],
    "recu-iparapheur": ["modification", "orientation"],
    "rejet-iparapheur": ["supression"],
    "erreur-verif-iparapheur": ["supression", "verif-iparapheur"],
    "pre-send-tdt": ["send-tdt"],
    "send-tdt-erreur": ["modification", "supression", "send-tdt"],
    "send-tdt": ["verif-tdt"],
    "erreur-verif-tdt": ["verif-tdt"],
    "tdt-error": ["verif-tdt", "annulation-tdt", "tamponner-tdt"],
    "acquiter-tdt": ["modification", "orientation", "annulation-tdt", "tamponner-tdt"],
    "annulation-tdt": ["tamponner-tdt", "verif-annulation-tdt"],
    "annuler-tdt": ["supression", "tamponner-tdt"],
    "termine": ["modification", "supression", "reouverture"],
    "fatal-error": ["supression"],
}
"""What the urbanism type offers in each state (seen on 4.0)."""


def judged(
    flux: str,
    etat: str,
    data: dict[str, Any] | None = None,
    *,
    actions: list[str] | None = None,
    age: timedelta | None = timedelta(0),
) -> Verdict:
    detail = DocumentDetail(
        id_d="aB3dE7g",
        flux=flux,
        titre="",
        creation=NOW,
        modification=NOW,
        champs=data or {},
        rangs_de_fichiers={},
        actions=frozenset(OFFERED.get(etat, []) if actions is None else actions),
        etat=etat,
        etat_message="",
        etat_date=None if age is None else NOW - age,
        mails=(),
        reponses=(),
        autres={},
    )
    return verdict(detail, FLUX_CONNUS[flux], maintenant=NOW)


SIGNED = {"envoi_signature": "1", "bordereau_signature": ("b.pdf",), "parapheur_last_message": "[Archive]"}


class TestUrbanism:
    @pytest.mark.parametrize(
        ("etat", "suite", "action"),
        [
            ("creation", Suite.COMPLETER, None),
            ("modification", Suite.COMPLETER, None),
            ("preparation-transformation", Suite.ATTENDRE, None),
            ("transformation", Suite.ATTENDRE, None),
            ("preparation-send-iparapheur", Suite.ATTENDRE, None),
            ("send-iparapheur", Suite.ATTENDRE, None),
            ("recu-iparapheur", Suite.ATTENDRE, None),
            ("rejet-iparapheur", Suite.RIEN, None),
            ("send-signature-error", Suite.AGIR, "send-iparapheur"),
            ("erreur-verif-iparapheur", Suite.AGIR, "verif-iparapheur"),
            ("pre-send-tdt", Suite.ATTENDRE, None),
            ("send-tdt", Suite.ATTENDRE, None),
            ("send-tdt-erreur", Suite.AGIR, "send-tdt"),
            ("erreur-verif-tdt", Suite.AGIR, "verif-tdt"),
            ("tdt-error", Suite.AGIR, "verif-tdt"),
            ("acquiter-tdt", Suite.ATTENDRE, None),
            ("annulation-tdt", Suite.ATTENDRE, None),
            ("annuler-tdt", Suite.RIEN, None),
            ("document-transmis-tdt", Suite.PERSONNE, None),
            ("termine", Suite.RIEN, None),
            ("fatal-error", Suite.RIEN, None),
        ],
    )
    def test_each_state_has_its_next_step(self, etat: str, suite: Suite, action: str | None) -> None:
        found = judged(URBA, etat)
        assert (found.suite, found.action, found.connu) == (suite, action, True)
        assert found.fini is (suite is Suite.RIEN)

    def test_a_complete_draft_is_to_be_sent(self) -> None:
        found = judged(URBA, "modification", actions=["modification", "supression", "orientation"])
        assert (found.suite, found.action) == (Suite.AGIR, "orientation")

    @pytest.mark.parametrize(
        ("etat", "action", "age"),
        [
            ("preparation-transformation", "transformation", timedelta(minutes=20)),
            ("transformation", "orientation", timedelta(minutes=20)),
            (
                "preparation-send-iparapheur",
                "send-iparapheur",
                timedelta(minutes=20),
            ),  # the peer is down, silently
            ("pre-send-tdt", "send-tdt", timedelta(minutes=20)),
            ("recu-iparapheur", "orientation", timedelta(minutes=20)),  # a document that was reopened
            ("send-tdt", "verif-tdt", timedelta(days=1)),  # refused by the prefecture, silently
            ("send-iparapheur", "verif-iparapheur", timedelta(days=30)),
        ],
    )
    def test_a_state_that_lasts_is_a_silent_failure(self, etat: str, action: str, age: timedelta) -> None:
        late = judged(URBA, etat, age=age)
        assert (late.en_retard, late.suite, late.action) == (True, Suite.AGIR, action)
        assert f"« {action} »" in late.conseil
        soon = judged(URBA, etat, age=age - timedelta(seconds=1))
        assert (soon.en_retard, soon.suite) == (False, Suite.ATTENDRE)

    def test_a_late_document_that_offers_nothing_is_for_a_person(self) -> None:
        found = judged(URBA, "pre-send-tdt", actions=[], age=timedelta(hours=1))
        assert (found.suite, found.action) == (Suite.PERSONNE, None)
        assert "administrateur" in found.conseil

    def test_nothing_is_late_without_a_date(self) -> None:
        found = judged(URBA, "pre-send-tdt", age=None)
        assert (found.en_retard, found.age, found.suite) == (False, None, Suite.ATTENDRE)

    @pytest.mark.parametrize(
        ("etat", "kept"),
        [
            ("send-tdt-erreur", True),  # a change there would send the document to be signed a second time
            ("erreur-verif-tdt", True),
            ("tdt-error", True),
            ("erreur-verif-iparapheur", True),
            ("send-signature-error", False),  # there a change keeps the state
        ],
    )
    def test_where_a_change_would_start_the_chain_again(self, etat: str, kept: bool) -> None:
        assert judged(URBA, etat).sans_modification is kept

    def test_an_unknown_state_is_only_waited_for(self) -> None:
        found = judged(URBA, "etat-maison", age=timedelta(days=400))
        assert (found.connu, found.suite, found.etat.nom) == (False, Suite.ATTENDRE, "etat-maison")


class TestSignature:
    @pytest.mark.parametrize(
        ("etat", "data", "expected"),
        [
            ("modification", {}, Avancement.NON_DEMANDE),
            ("modification", {"envoi_signature": "1"}, Avancement.EN_COURS),
            ("preparation-send-iparapheur", {"envoi_iparapheur": "1"}, Avancement.EN_COURS),
            ("send-iparapheur", {"envoi_signature": "1", "iparapheur_dossier_id": "x"}, Avancement.EN_COURS),
            ("recu-iparapheur", SIGNED, Avancement.ACCEPTE),
            ("send-tdt", SIGNED, Avancement.ACCEPTE),
            ("termine", SIGNED, Avancement.ACCEPTE),
            ("termine", {}, Avancement.NON_DEMANDE),
            # A rejected document has has_signature and a slip too.
            (
                "rejet-iparapheur",
                {**SIGNED, "has_signature": "1", "parapheur_last_message": "[RejetVisa]"},
                Avancement.REFUSE,
            ),
            ("fatal-error", {**SIGNED, "parapheur_last_message": "[RejetSignataire] non"}, Avancement.REFUSE),
            ("fatal-error", SIGNED, Avancement.ACCEPTE),
            ("send-signature-error", {"envoi_signature": "1"}, Avancement.ERREUR),
            ("erreur-verif-iparapheur", {"envoi_signature": "1"}, Avancement.ERREUR),
            # The chain starts again: the slip of the first turn proves nothing.
            ("modification", SIGNED, Avancement.EN_COURS),
            ("preparation-transformation", SIGNED, Avancement.EN_COURS),
            ("preparation-send-iparapheur", SIGNED, Avancement.EN_COURS),
            ("send-iparapheur", SIGNED, Avancement.EN_COURS),
        ],
    )
    def test_it_is_read_from_the_slip_and_the_state(
        self, etat: str, data: dict[str, Any], expected: Avancement
    ) -> None:
        assert judged(URBA, etat, data).signature is expected

    @pytest.mark.parametrize(
        ("flux", "slip"),
        [
            (URBA, "bordereau_signature"),
            ("ls-actes", "bordereau_signature"),
            ("ls-document-pdf", "bordereau_signature"),
            ("pdf-generique", "bordereau"),
            ("document-a-signer", "bordereau"),
            ("actes-generique", "document_signe"),
            ("actes-automatique", "document_signe"),
            ("helios-generique", "document_signe"),
            ("helios-automatique", "document_signe"),
        ],
    )
    def test_the_slip_has_its_own_name_in_each_type(self, flux: str, slip: str) -> None:
        data = {"envoi_signature": "1", slip: ("b.pdf",), "signature": ("signature.zip",)}
        found = judged(flux, "recu-iparapheur", data)
        assert found.signature is Avancement.ACCEPTE
        roles = {one.role: one.champ for one in found.fichiers}
        assert roles == {RoleFichier.BORDEREAU_SIGNATURE: slip, RoleFichier.SIGNATURE: "signature"}

    def test_in_the_older_types_a_change_after_the_signature_keeps_it(self) -> None:
        data = {"envoi_signature": "1", "document_signe": ("b.pdf",)}
        assert judged("actes-generique", "modification", data).signature is Avancement.ACCEPTE
        assert (
            judged("actes-generique", "modification", {"envoi_signature": "1"}).signature
            is Avancement.EN_COURS
        )


class TestActe:
    @pytest.mark.parametrize(
        ("etat", "data", "expected"),
        [
            ("termine", {}, Avancement.NON_DEMANDE),
            ("send-tdt", {"envoi_tdt_actes": "1"}, Avancement.EN_COURS),
            # The state comes before its files, and date_ar last.
            ("acquiter-tdt", {"envoi_tdt_actes": "1"}, Avancement.EN_COURS),
            ("acquiter-tdt", {"envoi_tdt_actes": "1", "aractes": ("ar.xml",)}, Avancement.EN_COURS),
            ("acquiter-tdt", {"envoi_tdt_actes": "1", "date_ar": "2026-06-01"}, Avancement.ACCEPTE),
            ("termine", {"envoi_tdt_actes": "1", "date_ar": "2026-06-01"}, Avancement.ACCEPTE),
            # An annex whose stamped name does not match: the act is acknowledged all the same.
            ("tdt-error", {"envoi_tdt_actes": "1", "aractes": ("ar.xml",)}, Avancement.ACCEPTE_INCOMPLET),
            ("termine", {"envoi_tdt_actes": "1", "aractes": ("ar.xml",)}, Avancement.ACCEPTE_INCOMPLET),
            ("tdt-error", {"envoi_tdt_actes": "1"}, Avancement.ERREUR),
            ("send-tdt-erreur", {"envoi_tdt_actes": "1"}, Avancement.ERREUR),
            ("erreur-verif-tdt", {"envoi_tdt_actes": "1"}, Avancement.ERREUR),
            ("annulation-tdt", {"envoi_tdt_actes": "1", "date_ar": "2026-06-01"}, Avancement.ACCEPTE),
            ("annuler-tdt", {"envoi_tdt_actes": "1", "date_ar": "2026-06-01"}, Avancement.ANNULE),
            ("termine", {"date_ar": "2026-06-01", "date_ar_annulation": "2026-06-02"}, Avancement.ANNULE),
            ("document-transmis-tdt", {"envoi_tdt_actes": "1"}, Avancement.EN_COURS),
        ],
    )
    def test_it_is_acknowledged_once_its_date_is_written(
        self, etat: str, data: dict[str, Any], expected: Avancement
    ) -> None:
        assert judged(URBA, etat, data).acte is expected

    def test_its_files_are_told_with_their_roles(self) -> None:
        data = {
            "date_ar": "2026-06-01",
            "bordereau": ("PC1-bordereau-tdt.pdf",),
            "aractes": ("PC1-ar-actes.xml",),
            "acte_tamponne": ("a-tampon.pdf",),
            "annexes_tamponnees": ("p-tampon.pdf", "n-tampon.pdf"),
        }
        found = judged(URBA, "termine", data).fichiers
        assert [(one.role, one.champ, one.rang, one.nom) for one in found] == [
            (RoleFichier.BORDEREAU_TDT, "bordereau", 0, "PC1-bordereau-tdt.pdf"),
            (RoleFichier.AR, "aractes", 0, "PC1-ar-actes.xml"),
            (RoleFichier.ACTE_TAMPONNE, "acte_tamponne", 0, "a-tampon.pdf"),
            (RoleFichier.ANNEXE_TAMPONNEE, "annexes_tamponnees", 0, "p-tampon.pdf"),
            (RoleFichier.ANNEXE_TAMPONNEE, "annexes_tamponnees", 1, "n-tampon.pdf"),
        ]


class TestOlderTypes:
    @pytest.mark.parametrize(
        ("flux", "etat", "actions", "suite", "action"),
        [
            ("actes-generique", "modification", ["send-iparapheur"], Suite.AGIR, "send-iparapheur"),
            ("actes-generique", "modification", ["modification", "send-tdt"], Suite.AGIR, "send-tdt"),
            ("actes-generique", "recu-iparapheur", ["modification", "send-tdt"], Suite.AGIR, "send-tdt"),
            ("actes-generique", "recu-iparapheur", ["modification", "supression"], Suite.RIEN, None),
            ("actes-generique", "acquiter-tdt", ["supression"], Suite.RIEN, None),
            ("actes-generique", "acquiter-tdt", ["send-ged"], Suite.AGIR, "send-ged"),
            ("actes-automatique", "recu-iparapheur", ["modification"], Suite.ATTENDRE, None),
            ("actes-automatique", "prepare-tdt", ["send-tdt"], Suite.ATTENDRE, None),
            ("helios-generique", "info-tdt", ["supression"], Suite.RIEN, None),
            ("helios-automatique", "info-tdt", [], Suite.ATTENDRE, None),
            ("helios-generique", "refus-tdt", ["supression"], Suite.RIEN, None),
            ("helios-generique", "tdt-error", ["verif-tdt"], Suite.AGIR, "verif-tdt"),
            ("document-a-signer", "recu-iparapheur-etat", ["send-ged"], Suite.AGIR, "send-ged"),
            ("document-a-signer", "recu-iparapheur-etat", ["supression"], Suite.RIEN, None),
            ("pdf-generique", "preparation-suppression-automatique", [], Suite.RIEN, None),
            ("pdf-generique", "error-ged-1", ["send-ged-1"], Suite.AGIR, "send-ged-1"),
            ("mailsec", "reception-partielle", ["renvoi"], Suite.ATTENDRE, None),
            ("mailsec", "reception", ["supression"], Suite.RIEN, None),
        ],
    )
    def test_each_has_its_own_rests(
        self, flux: str, etat: str, actions: list[str], suite: Suite, action: str | None
    ) -> None:
        found = judged(flux, etat, actions=actions)
        assert (found.suite, found.action) == (suite, action)

    def test_a_preparation_that_offers_nothing_is_for_a_person_once_late(self) -> None:
        found = judged("helios-automatique", "prepare-tdt", actions=[], age=timedelta(hours=1))
        assert found.suite is Suite.PERSONNE

    def test_in_the_older_types_a_change_in_a_failed_sending_keeps_the_signature(self) -> None:
        found = judged("actes-generique", "send-tdt-erreur", actions=["send-tdt"])
        assert (found.sans_modification, found.action) == (False, "send-tdt")


@pytest.mark.parametrize(
    ("flux", "field", "flag", "acquit"),
    [
        ("ls-helios", "pes_etat_ack", "envoi_tdt_helios", "pes_acquit"),
        ("helios-generique", "etat_ack", "envoi_tdt", "fichier_reponse"),
        ("helios-automatique", "etat_ack", "envoi_tdt", "fichier_reponse"),
    ],
)
def test_a_pes_is_accepted_by_its_acquit_only(flux: str, field: str, flag: str, acquit: str) -> None:
    assert judged(flux, "info-tdt", {flag: "1", field: "1"}).pes is Avancement.ACCEPTE
    assert judged(flux, "info-tdt", {flag: "1", field: "2"}).pes is Avancement.REFUSE
    assert judged(flux, "termine", {flag: "1", field: "2"}).pes is Avancement.REFUSE
    assert judged(flux, "info-tdt", {flag: "1", field: "0"}).pes is Avancement.EN_COURS
    assert judged(flux, "modification", {field: "0"}).pes is Avancement.NON_DEMANDE
    assert judged(flux, "tdt-error", {flag: "1", field: "0"}).pes is Avancement.ERREUR
    (file,) = judged(flux, "info-tdt", {acquit: ("PES_ACK.xml",)}).fichiers
    assert file.role is RoleFichier.ACQUIT_PES


class TestTable:
    def test_every_state_says_what_it_is(self) -> None:
        for known in FLUX_CONNUS.values():
            assert {"creation", "modification", "fatal-error"} <= set(known.etats)
            assert known.departs
            for name, etat in known.etats.items():
                assert etat.nom == name
                assert (etat.issue is not None) is (etat.nature is Nature.FINAL)
                if etat.nature in (Nature.TRANSITOIRE, Nature.ATTENTE):
                    assert etat.patience is not None
                if etat.nature is Nature.PERSONNE:
                    assert etat.qui
                    assert etat.conseil
                assert "supression" not in etat.actions

    def test_how_it_ends(self) -> None:
        ends = {name: etat.issue for name, etat in FLUX_CONNUS[URBA].etats.items() if etat.issue}
        assert ends == {
            "termine": Issue.ABOUTI,
            "rejet-iparapheur": Issue.REFUSE,
            "annuler-tdt": Issue.ANNULE,
            "rejet-sae": Issue.REFUSE,
            "fatal-error": Issue.ABANDONNE,
        }

    def test_a_step_that_comes_twice_bears_suffixes(self) -> None:
        twice = studio("x", "X", (TRANSFORMATION, SIGNATURE, SIGNATURE, TDT_ACTES), depuis=(4, 0, 0))
        assert twice.etats["send-iparapheur_2"].actions == ("verif-iparapheur_2",)
        assert twice.etats["recu-iparapheur_1"].actions == ("orientation",)
        assert "send-iparapheur" not in twice.etats
        assert twice.resultats(RoleFichier.BORDEREAU_SIGNATURE) == (
            "bordereau_signature_1",
            "bordereau_signature_2",
        )
        data = {"envoi_signature_1": "1", "envoi_signature_2": "1", "bordereau_signature_1": ("a.pdf",)}

        def signature(etat: str, **more: Any) -> Avancement:
            detail = DocumentDetail(
                id_d="a", flux="x", titre="", creation=NOW, modification=NOW, champs={**data, **more},
                rangs_de_fichiers={}, actions=frozenset(), etat=etat, etat_message=None, etat_date=None,
                mails=(), reponses=(), autres={},
            )  # fmt: skip
            return verdict(detail, twice).signature

        assert signature("send-iparapheur_2") is Avancement.EN_COURS
        assert signature("rejet-iparapheur_2") is Avancement.REFUSE
        assert signature("recu-iparapheur_2", bordereau_signature_2=("b.pdf",)) is Avancement.ACCEPTE
        assert signature("send-tdt", bordereau_signature_2=("b.pdf",)) is Avancement.ACCEPTE


ACTIONS = {
    "creation": {"name": "Créé", "rule": {"no-last-action": ""}},
    "modification": {"name": "En cours", "rule": {"last-action": ["creation", "modification"]}},
    "supression": {"name": "Supprimé", "rule": {"last-action": ["creation", "termine"]}},
    "orientation": {"name": "Envoi", "rule": {"last-action": ["creation", "modification", "recu-iparapheur_1"]}},
    "termine": {"name": "Traitement terminé", "rule": {"role_id_e": "no-role"}},
    "preparation-send-iparapheur_1": {"name": "P", "action-automatique": "send-iparapheur_1"},
    "send-iparapheur_1": {"name": "S", "rule": {"last-action": ["preparation-send-iparapheur_1"]}},
    "recu-iparapheur_1": {"name": "R", "action-automatique": "orientation"},
    "verif-iparapheur_1": {"name": "V", "rule": {"last-action": ["send-iparapheur_1"]}},
    "preparation-send-iparapheur_2": {"name": "P", "action-automatique": "send-iparapheur_2"},
    "send-iparapheur_2": {"name": "S", "rule": {"last-action": ["preparation-send-iparapheur_2"]}},
    "recu-iparapheur_2": {"name": "R", "action-automatique": "orientation"},
    "preparation-maison": {"name": "Préparation maison", "action-automatique": "maison"},
    "maison": {
        "name": "Maison",
        "rule": {"last-action": ["preparation-maison", "maison-erreur"]},
        "action-automatique": "verif-maison",
    },
    "verif-maison": {"name": "Vérification", "rule": {"last-action": ["maison"]}},
    "maison-erreur": {"name": "Erreur maison", "rule": {"role_id_e": "no-role"}},
    "pause": {"name": "Pause", "rule": {"role_id_e": "no-role"}},
    "reprendre": {"name": "Reprise", "rule": {"last-action": ["pause"]}, "no-workflow": True},
    "inconnu": {"name": "Inconnu", "rule": {"role_id_e": "no-role"}},
    "cheminement-change": {"no-workflow": True},
}  # fmt: skip
FIELDS = {
    "titre_maison": {"name": "Titre", "title": True, "requis": True},
    "id_metier": {"name": "Clé", "index": True},
    "facultatif": {"type": "file"},
    "piece": {"type": "file", "requis": True},
    "jointes": {"type": "file", "multiple": True},
    "bordereau_signature_1": {"type": "file", "read-only": True},
}


class TestLearning:
    def test_a_type_of_the_studio_is_recognised_by_its_steps(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on("GET flux/maison", FIELDS)
        platform.on("GET flux/maison/action", ACTIONS)
        known = pastell.comprendre("maison")
        assert (known.appris, known.studio, known.departs) == (True, True, ("orientation",))
        assert [step.coche for step in known.etapes] == ["envoi_signature_1", "envoi_signature_2"]
        assert (known.document, known.annexes, known.titre, known.cle) == (
            "piece",
            "jointes",
            "titre_maison",
            "id_metier",
        )
        natures = {name: (etat.nature, etat.actions) for name, etat in known.etats.items() if name in ACTIONS}
        assert natures["send-iparapheur_2"] == (Nature.ATTENTE, ("verif-iparapheur_2",))
        assert natures["preparation-maison"] == (Nature.TRANSITOIRE, ("maison",))
        assert natures["maison"] == (Nature.ATTENTE, ("verif-maison",))
        assert natures["maison-erreur"] == (Nature.ERREUR, ("maison",))
        assert natures["pause"] == (Nature.REPOS, ("reprendre",))
        assert natures["inconnu"][0] is Nature.PERSONNE
        assert natures["termine"][0] is Nature.FINAL
        assert {"verif-maison", "orientation", "supression", "cheminement-change"}.isdisjoint(natures)

    def test_a_known_type_gets_the_states_that_its_table_lacks(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on(f"GET flux/{URBA}", {})
        platform.on(f"GET flux/{URBA}/action", {"maison-erreur": ACTIONS["maison-erreur"]})
        known = pastell.comprendre(URBA)
        assert known.appris is False
        assert known.etats["maison-erreur"].nature is Nature.ERREUR
        assert known.etats["termine"] == FLUX_CONNUS[URBA].etats["termine"]

    def test_a_known_type_needs_no_definition(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses(f"GET flux/{URBA}", "Acces interdit id_e=0, droit=x:lecture,id_u=2", status=403)
        assert pastell.comprendre(URBA) is FLUX_CONNUS[URBA]
        platform.refuses("GET flux/absent", "Le flux absent n'existe pas sur cette plateforme", status=404)
        with pytest.raises(NotFound):
            pastell.comprendre("absent")
        platform.refuses("GET flux/interdit", "Acces interdit id_e=0, droit=interdit:lecture", status=403)
        with pytest.raises(AccessRefused):
            pastell.comprendre("interdit")
