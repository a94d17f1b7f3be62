"""Every connector type of the simulated Pastell, by ``id_connecteur``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cdg62_connect.simulator.pastell.peers import (
    certificates,
    forms,
    iparapheur,
    s2low,
    small,
    transformation,
)
from cdg62_connect.simulator.pastell.peers.fake_iparapheur import FakeIparapheur
from cdg62_connect.simulator.pastell.peers.fake_tdt import FakeTdt
from cdg62_connect.simulator.pastell.peers.nomenclature import FIELD, NOMENCLATURE
from cdg62_connect.simulator.pastell.peers.ports import ConnectorType, ExternalData, Scope

_ACTING = (
    ConnectorType(
        id="fakeIparapheur",
        description="Bouchon : répond aussitôt, comme on le lui demande.",
        famille="signature",
        libelle="Bouchon de signature",
        formulaire=forms.FAKE_IPARAPHEUR,
        signature=FakeIparapheur(),
    ),
    ConnectorType(
        id="iParapheur",
        description="Parapheur électronique, par son service web SOAP.",
        scope="partout",
        famille="signature",
        libelle="iparapheur",
        formulaire=forms.IPARAPHEUR,
        actions_definition=forms.IPARAPHEUR_ACTIONS,
        actions={
            "test-iparapheur": iparapheur.tested,
            "test-iparapheur-send": iparapheur.test_sent,
            "display-sous-type": iparapheur.sous_types_shown,
            "update-sous-type": iparapheur.sous_types_shown,
            "iparapheur-empty-cache": iparapheur.cache_emptied,
        },
        external_data={
            "iparapheur_type": ExternalData(iparapheur.types_offered, iparapheur.type_chosen),
        },
        signature=iparapheur.IParapheur(),
    ),
    ConnectorType(
        id="fakeTdt",
        description="Bouchon : ne transmet rien.",
        famille="TdT",
        libelle="Bouchon de tiers de télétransmission",
        formulaire=forms.FAKE_TDT,
        actions_definition=forms.FAKE_TDT_ACTIONS,
        external_data={FIELD: NOMENCLATURE},
        tdt=FakeTdt(),
    ),
    ConnectorType(
        id="s2low",
        description="Tiers de télétransmission S²low.",
        scope="partout",
        famille="TdT",
        libelle="S²low",
        formulaire=forms.S2LOW,
        actions_definition=forms.S2LOW_ACTIONS,
        actions={
            "test-tedetis": s2low.tested,
            "test-rgs-connexion": s2low.rgs_tested,
            "demande-classification": s2low.classification_asked,
            "recup-classification": s2low.classification_fetched,
            "update-certificate": certificates.unpacked,
            "recup-pes-retour": s2low.pes_retours_fetched,
            "recup-reponse-prefecture": s2low.prefecture_fetched,
        },
        external_data={FIELD: NOMENCLATURE},
        tdt=s2low.S2low(),
    ),
    ConnectorType(
        id="transformation-generique",
        description="Calcule des champs du dossier par des expressions.",
        famille="transformation",
        libelle="Transformation générique",
        formulaire=forms.TRANSFORMATION,
        actions_definition=forms.TRANSFORMATION_ACTIONS,
        actions={"test_extraction": transformation.extraction_tested},
        external_data={"fill-data": ExternalData(transformation.rules_offered, transformation.rules_written)},
        transformation=transformation.Transformation(),
    ),
    ConnectorType(
        id="mailsec",
        description="Mail sécurisé.",
        famille="mailsec",
        libelle="Mail sécurisé",
        formulaire=forms.MAILSEC,
        actions_definition=forms.MAILSEC_ACTIONS,
        actions={"test": small.mail_tested},
        mailsec=small.Mailsec(),
    ),
    ConnectorType(
        id="depot-local",
        description="Dépôt dans un répertoire.",
        famille="GED",
        libelle="Dépôt local",
        formulaire=forms.DEPOT_LOCAL,
        depot=small.Depot(),
    ),
    ConnectorType(
        id="FakeGED",
        famille="GED",
        libelle="FakeGED",
        description="Bouchon de GED.",
        formulaire={},
        depot=small.AcceptAnything(),
    ),
    ConnectorType(
        id="fakeSAE",
        famille="SAE",
        libelle="Fake SAE",
        description="Bouchon de SAE.",
        formulaire=forms.FAKE_SAE,
        sae=small.FakeSae(),
    ),
)


def _inert(id_connecteur: str, famille: str, libelle: str, *, scope: Scope = "entité") -> ConnectorType:
    return ConnectorType(
        id=id_connecteur,
        famille=famille,
        libelle=libelle,
        description="Présent, sans effet dans ce Pastell simulé.",
        formulaire={"page0": {}},
        scope=scope,
    )


_KNOWN = (
    _inert("fast-parapheur", "signature", "FAST-Parapheur"),
    _inert("fast-tdt", "TdT", "FAST TdT"),
    _inert("seda-ng", "Bordereau SEDA", "SEDA NG"),
    _inert("classification-cdg", "classification-cdg", "Classification CDG"),
    _inert("empty", "empty", "Connecteur vide"),
    _inert("creation-document", "Glaneur", "Création de document"),
    _inert("parametrage-chorus", "ParamChorusFournisseur", "Paramétrage Chorus fournisseur"),
    _inert("parametrage-flux-doc", "ParametrageFlux", "Paramétrage flux"),
    _inert("parametrage-facture-pivot", "ParametrageFluxFacturePivot", "Paramétrage facture pivot"),
    _inert("parametrage-piece-marche", "ParametragePieceMarche", "Paramétrage pièce de marché"),
    _inert("pdf-relance", "pdf-relance", "PDF relance"),
    _inert("cpp", "PortailFacture", "Chorus Pro", scope="partout"),
    _inert("purge", "Purge", "Purge", scope="partout"),
    _inert("test", "test", "Connecteur de test", scope="partout"),
    _inert("cas-authentication", "Authentification", "CAS", scope="racine"),
    _inert("cloudooo", "convertisseur-office-pdf", "Cloudooo", scope="racine"),
    _inert("generateur-seda", "Generateur SEDA", "Générateur SEDA", scope="racine"),
    _inert("help-url", "help-url", "Aide", scope="racine"),
    _inert("horodateur-interne", "horodateur", "Horodateur Pastell interne", scope="racine"),
    _inert("message-oublie-identifiant", "message-oublie-identifiant", "Identifiant oublié", scope="racine"),
    _inert("stats", "stats", "Statistiques", scope="racine"),
    _inert("undelivered-mail", "UndeliveredMail", "Mail non-remis", scope="racine"),
    _inert("pes-viewer", "visionneuse_pes", "PES Viewer", scope="racine"),
    _inert("ldap-verification", "Vérification", "LDAP", scope="racine"),
)
"""Types that exist, can be created and associated, and do nothing here."""

TYPES: Mapping[str, ConnectorType] = MappingProxyType({kind.id: kind for kind in (*_ACTING, *_KNOWN)})
