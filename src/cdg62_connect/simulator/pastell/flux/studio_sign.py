"""Steps of the studio that prepare and sign: transformation, signature, fixed transformation."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Page
from cdg62_connect.simulator.pastell.flux.parts import (
    DATE_LIMITE,
    FAST,
    HIDDEN,
    HIDDEN_OUTPUT,
    JSON_METADATA,
    NO_ROLE,
    OUTPUT,
    TYPE_IPARAPHEUR,
    file_named,
    named,
    sous_type,
    standard,
    state,
)
from cdg62_connect.simulator.pastell.flux.studio import ORIENTATION, StepKind

_FAST_FIELDS = tuple(FAST)


def transformation(version: tuple[int, ...]) -> StepKind:
    """Fields computed from the metadata file by the rules of a connector."""
    return StepKind(
        type="transformation",
        pages={
            "Transformation": {
                "has_transformation": HIDDEN_OUTPUT,
                "transformation_file": {
                    "name": "Transformations",
                    "type": "file",
                    "visionneuse": "Pastell\\Viewer\\TransformationViewer",
                    "read-only": True,
                    "visionneuse-no-link": True,
                },
            }
        },
        conditions={"Transformation": {"has_transformation": True}},
        actions={
            "preparation-transformation": state(
                "Préparation à la transformation", action_automatique="transformation"
            ),
            "transformation": standard(
                "Transformer le document",
                "Transformation du document",
                {"last-action": ["preparation-transformation", "transformation-error"]},
                "transformation",
                "TransformationTransform",
                {"transformation_file": "transformation_file", "has_transformation": "has_transformation"},
                action_automatique=ORIENTATION,
            ),
            "transformation-error": state("Erreur lors de la transformation du dossier"),
        },
        deletable=("transformation-error",),
        correctable=("transformation-error",) if version >= (5,) else (),
    )


def transformation_fixe(version: tuple[int, ...]) -> StepKind:
    """A computation written in the flux itself (4.1); here, the day of the signature becomes that of the act."""
    del version
    return StepKind(
        type="transformation_fixe",
        actions={
            "preparation-transformation-fixe": state(
                "Préparation à la transformation fixe", action_automatique="transformation-fixe"
            ),
            "transformation-fixe": standard(
                "Transformer le document",
                "Transformation fixe du document",
                {"last-action": ["preparation-transformation-fixe", "transformation-fixe-error"]},
                "transformation",
                "TransformationFixeTransform",
                action_automatique=ORIENTATION,
            ),
            "transformation-fixe-error": state("Erreur lors de la transformation fixe du dossier"),
        },
        deletable=("transformation-fixe-error",),
    )


def signature(version: tuple[int, ...], *, json_metadata: bool = True) -> StepKind:
    """Visa and signature in a parapheur."""
    metadata: Page = JSON_METADATA if json_metadata else {}
    annotations: Page = (
        {
            "annotation_publique": named("Annotation publique", type="textarea"),
            "annotation_privee": named("Annotation privée", type="textarea"),
        }
        if version >= (4, 1)
        else {}
    )
    correctable = [
        "iparapheur_sous_type",
        *metadata,
        *DATE_LIMITE,
        *annotations,
        *_FAST_FIELDS,
    ]
    sent = {
        "iparapheur_type": "iparapheur_type",
        "iparapheur_sous_type": "iparapheur_sous_type",
        "iparapheur_dossier_id": "iparapheur_dossier_id",
        **({name: name for name in metadata}),
        **({name: name for name in FAST}),
        "send-signature-error": "send-signature-error",
        "iparapheur_has_date_limite": "has_date_limite",
        "iparapheur_date_limite": "date_limite",
        **(
            {
                "iparapheur_annotation_publique": "annotation_publique",
                "iparapheur_annotation_privee": "annotation_privee",
            }
            if annotations
            else {}
        ),
    }
    results = (
        *("iparapheur_historique", "parapheur_last_message", "has_signature", "signature"),
        *("document_original", "multi_document_original"),
    )
    checked = {
        **{name: name for name in results},
        "bordereau": "bordereau_signature",
        **{
            name: name
            for name in (
                *("iparapheur_annexe_sortie", "iparapheur_dossier_id", "recu-iparapheur"),
                *("rejet-iparapheur", "erreur-verif-iparapheur"),
            )
        },
        "iparapheur_has_date_limite": "has_date_limite",
        "iparapheur_date_limite": "date_limite",
    }
    roles = ("objet", "document", "autre_document_attache")
    return StepKind(
        type="signature",
        pages={
            "iparapheur": {
                "envoi_iparapheur": HIDDEN,
                **TYPE_IPARAPHEUR,
                **sous_type(index=True),
                **metadata,
                **DATE_LIMITE,
                **annotations,
            },
            "Parapheur FAST": {"envoi_fast": HIDDEN, **FAST},
            "Signature": _results(version),
        },
        conditions={
            "iparapheur": {"envoi_iparapheur": True},
            "Parapheur FAST": {"envoi_fast": True},
            "Signature": {"has_signature": True},
        },
        actions={
            "preparation-send-iparapheur": state(
                "Préparation de l'envoi au parapheur", action_automatique="send-iparapheur"
            ),
            "send-iparapheur": standard(
                "Transmettre au parapheur",
                "Transmis au parapheur",
                {"last-action": ["preparation-send-iparapheur", "send-signature-error"]},
                "signature",
                "SignatureEnvoie",
                sent,
                action_automatique="verif-iparapheur",
            ),
            "send-signature-error": {
                "name": "Erreur lors de l'envoi du dossier à la signature",
                "editable-content": correctable,
                "rule": NO_ROLE,
                "modification-no-change-etat": True,
            },
            "verif-iparapheur": standard(
                "Vérifier le statut de signature",
                "Vérification de la signature",
                {"last-action": ["erreur-verif-iparapheur", "send-iparapheur"]},
                "signature",
                "SignatureRecuperation",
                checked,
            ),
            "erreur-verif-iparapheur": state("Erreur lors de la vérification du statut de signature"),
            "recu-iparapheur": state("Signature récupérée", action_automatique=ORIENTATION),
            "rejet-iparapheur": state("Signature refusée"),
            "iparapheur-sous-type": {
                "name": "Liste des sous-type iparapheur",
                "no-workflow": True,
                "rule": NO_ROLE,
                "action-class": "IparapheurSousType",
                "connecteur-type-mapping": {
                    "iparapheur_type": "iparapheur_type",
                    "iparapheur_sous_type": "iparapheur_sous_type",
                    "fast_parapheur_circuit": "fast_parapheur_circuit",
                },
            },
        },
        roles={"send-iparapheur": roles, "verif-iparapheur": roles},
        deletable=("rejet-iparapheur", "send-signature-error", "erreur-verif-iparapheur"),
        correctable=("send-signature-error",),
    )


def _results(version: tuple[int, ...]) -> Page:
    recent: Page = (
        {"parapheur_date_signature": named("Date de signature", type="date", read_only=True)}
        if version >= (4, 1)
        else {}
    )
    return {
        "iparapheur_dossier_id": named("#ID dossier parapheur", read_only=True),
        "iparapheur_historique": file_named("Historique iparapheur", read_only=True),
        "parapheur_last_message": {"name": "Dernier message reçu du parapheur", **OUTPUT},
        **recent,
        "has_signature": HIDDEN_OUTPUT,
        "signature": file_named("Signature détachée", read_only=True),
        "bordereau_signature": file_named("Bordereau de signature", read_only=True),
        "document_original": file_named("Document original", read_only=True),
        "multi_document_original": file_named("Multi-document(s) original", multiple=True, read_only=True),
        "iparapheur_annexe_sortie": file_named(
            "Annexe(s) de sortie du parapheur", multiple=True, read_only=True
        ),
    }
