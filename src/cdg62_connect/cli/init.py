"""``init``: a new installation, from a few answers or from the accesses of the simulator."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cdg62_connect.cli.common import console
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.extras import extra

if TYPE_CHECKING:
    from cdg62_connect.cli.init_questions import Interview
    from cdg62_connect.settings import Secret

_LARGEST_ACCESS = 1024 * 1024

Text = str | None


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DOSSIER]", help="Où écrire.")] = Path(),
    nom: Annotated[Text, typer.Option(help="Nom de l'autorité.")] = None,
    siren: Annotated[Text, typer.Option(help="Son SIREN.")] = None,
    competence: Annotated[Text, typer.Option(help="commune ou epci.")] = None,
    insee: Annotated[Text, typer.Option(help="Codes INSEE, séparés par des virgules.")] = None,
    environnement: Annotated[str, typer.Option(help="simulateur, recette ou production.")] = "recette",
    url_parapheur: Annotated[Text, typer.Option(help="Adresse du service web du parapheur.")] = None,
    ca_parapheur: Annotated[Text, typer.Option(help="Autorités de son serveur (PEM).")] = None,
    identifiant: Annotated[Text, typer.Option(help="Compte de service web du parapheur.")] = None,
    mot_de_passe_fichier: Annotated[
        Path | None, typer.Option(help="Fichier qui contient le mot de passe de ce compte.")
    ] = None,
    type_parapheur: Annotated[Text, typer.Option("--type", help="Type du parapheur.")] = None,
    sous_type_decisions: Annotated[Text, typer.Option(help="Sous-type des décisions.")] = None,
    sous_type_autres: Annotated[Text, typer.Option(help="Sous-type des autres documents.")] = None,
    url_s2low: Annotated[Text, typer.Option("--url-s2low", help="Adresse de S2LOW.")] = None,
    ca_s2low: Annotated[Text, typer.Option("--ca-s2low", help="Autorités de son serveur (PEM).")] = None,
    certificat: Annotated[Text, typer.Option(help="Certificat client S2LOW (PEM ou PKCS#12).")] = None,
    cle: Annotated[Text, typer.Option(help="Sa clé privée, si elle est à part.")] = None,
    phrase_secrete_fichier: Annotated[
        Path | None, typer.Option(help="Fichier qui contient la phrase secrète de la clé.")
    ] = None,
    ancre: Annotated[Text, typer.Option(help="Autorités des signataires (PEM).")] = None,
    depot: Annotated[str, typer.Option(help="Dossier partagé avec le logiciel métier.")] = "depot",
    journal: Annotated[str, typer.Option(help="Dossier du journal, sur un disque local.")] = "etat",
    simulateur: Annotated[
        Path | None,
        typer.Option(metavar="FICHIER", help="Installation d'essai : ce qu'écrit « simulateur --json »."),
    ] = None,
    oui: Annotated[bool, typer.Option("--oui", help="Ne pose aucune question ; refuse de deviner.")] = False,
) -> None:
    """Prépare une installation : un fichier de configuration commenté et l'arbre de dépôt.

    N'écrase jamais une configuration. Les secrets vont dans des fichiers à part, que seul ce compte lit.
    """
    from cdg62_connect.cli import init_questions as ask
    from cdg62_connect.cli.init_files import write_installation
    from cdg62_connect.cli.init_toml import configuration
    from cdg62_connect.settings.loader import DEFAULT_NAME

    target = folder.absolute() / DEFAULT_NAME
    if os.path.lexists(target):
        raise ConfigurationError(f"{target} existe déjà : rien n'a été changé. Donnez un autre dossier.")
    secrets: dict[str, Secret] = {}
    values: dict[str, Any]
    if simulateur is not None:
        own = (nom, siren, competence, insee, url_parapheur, ca_parapheur, identifiant, mot_de_passe_fichier)
        own += (type_parapheur, sous_type_decisions, sous_type_autres, url_s2low, ca_s2low, certificat, cle)
        if any(given is not None for given in (*own, phrase_secrete_fichier, ancre)):
            raise ConfigurationError("--simulateur donne tout : seuls --depot et --journal vont avec lui.")
        values = _trial(simulateur, secrets)
    else:
        interview = ask.Interview(interactive=not oui and os.isatty(0))
        environment = interview.answer(
            environnement,
            option="--environnement",
            question="",
            check=ask.one_of("simulateur", "recette", "production"),
        )
        simulated = environment == "simulateur"
        authority: dict[str, Any] = {
            "nom": interview.answer(
                nom, option="--nom", question="Nom de l'autorité (commune ou EPCI)", check=ask.some_text
            ),
            "siren": interview.answer(
                siren, option="--siren", question="Son SIREN (neuf chiffres)", check=ask.a_siren
            ),
            "competence": interview.answer(
                competence,
                option="--competence",
                question="Est-ce une commune ou un epci ?",
                check=ask.one_of("commune", "epci"),
                suggested="commune",
            ),
        }
        single = authority["competence"] == "commune"

        def communes(text: str) -> str:
            return " ".join(ask.insee_codes(text, single=single))

        authority["communes"] = interview.answer(
            insee,
            option="--insee",
            question="Code INSEE de la commune" if single else "Codes INSEE de ses communes",
            check=communes,
        ).split()
        parapheur: dict[str, Any] = {
            "environnement": environment,
            "url": interview.answer(
                url_parapheur,
                option="--url-parapheur",
                question="Adresse du service web du parapheur (https://…/ws-iparapheur-no-mtom)",
                check=ask.an_address(simulated=simulated, path="/ws-iparapheur"),
            ),
            "ca": interview.answer(
                ca_parapheur,
                option="--ca-parapheur",
                question="Fichier des autorités de son serveur (vide : les autorités publiques)",
                check=ask.certificate_file,
                optional=True,
            ),
        }
        authority["parapheur"] = _account(
            interview,
            login=identifiant,
            password=mot_de_passe_fichier,
            type_parapheur=type_parapheur,
            decisions=sous_type_decisions,
            others=sous_type_autres,
            siren=authority["siren"],
            secrets=secrets,
        )
        s2low: dict[str, Any] = {
            "environnement": environment,
            "url": interview.answer(
                url_s2low,
                option="--url-s2low",
                question="Adresse de S2LOW (https://…)",
                check=ask.an_address(simulated=simulated),
            ),
            "ca": interview.answer(
                ca_s2low,
                option="--ca-s2low",
                question="Fichier des autorités de son serveur (vide : les autorités publiques)",
                check=ask.certificate_file,
                optional=True,
            ),
        }
        authority["s2low"] = _certificate(
            interview, certificat, cle, phrase_secrete_fichier, siren=authority["siren"], secrets=secrets
        )
        anchor = interview.answer(
            ancre,
            option="--ancre",
            question="Fichier des autorités de vos signataires (PEM)",
            check=ask.certificate_file,
        )
        interview.require_everything()
        values = {
            "signature": {"ancres": [anchor]},
            "plateformes": {"iparapheur": parapheur, "s2low": s2low},
            "autorites": [authority],
        }
    values |= {"version": 1, "depot": {"racine": depot}, "journal": {"dossier": journal}}
    write_installation(target, configuration(_told_from(target.parent, values)), secrets)
    _end(target)


def _account(
    interview: Interview,
    *,
    login: Text,
    password: Path | None,
    type_parapheur: Text,
    decisions: Text,
    others: Text,
    siren: str,
    secrets: dict[str, Secret],
) -> dict[str, Any]:
    from cdg62_connect.cli import init_questions as ask

    found = interview.answer(
        login, option="--identifiant", question="Compte de service web du parapheur", check=ask.a_login
    )
    secrets[f"parapheur-{siren}"] = interview.secret(
        password, option="--mot-de-passe-fichier", question="Son mot de passe (il ne s'affiche pas)"
    )
    kind = interview.answer(
        type_parapheur,
        option="--type",
        question="Type du parapheur, écrit comme dans le parapheur",
        check=ask.some_text,
    )
    for_decisions = interview.answer(
        decisions,
        option="--sous-type-decisions",
        question="Sous-type des décisions (arrêtés, non-oppositions…)",
        check=ask.some_text,
    )
    for_others = interview.answer(
        others,
        option="--sous-type-autres",
        question="Sous-type des autres documents (courriers…)",
        check=ask.some_text,
    )
    return {
        "identifiant": found,
        "mot_de_passe": {"fichier": f"secrets/parapheur-{siren}"},
        "type": kind,
        "sous_types": _sous_types(for_decisions, for_others),
    }


def _sous_types(decisions: str, others: str) -> dict[str, str]:
    from cdg62_connect.operis import DOCUMENT_CODES, Transmission

    codes = [
        one.code
        for one in DOCUMENT_CODES.values()
        if one.signature and one.transmission is not Transmission.NON
    ]
    return {"defaut": others, **dict.fromkeys(codes, decisions)}


def _certificate(
    interview: Interview,
    certificate: Text,
    key: Text,
    passphrase: Path | None,
    *,
    siren: str,
    secrets: dict[str, Secret],
) -> dict[str, Any]:
    """The client certificate, asked for until it opens."""
    from cdg62_connect.cli import init_questions as ask
    from cdg62_connect.transport import ClientCertificate, TlsTerms

    while True:
        path = interview.answer(
            certificate,
            option="--certificat",
            question="Fichier du certificat client S2LOW (PEM ou PKCS#12)",
            check=ask.existing_file,
        )
        if not path:
            return {}
        content = Path(path).read_bytes()
        pem = b"-----BEGIN" in content
        apart = pem and b"PRIVATE KEY-----" not in content
        own_key = (
            interview.answer(
                key, option="--cle", question="Fichier de sa clé privée (PEM)", check=ask.existing_file
            )
            if apart
            else ""
        )
        if apart and not own_key:
            return {}
        encrypted = not pem or b"ENCRYPTED" in (Path(own_key).read_bytes() if apart else content)
        secret = (
            interview.secret(
                passphrase,
                option="--phrase-secrete-fichier",
                question="La phrase secrète de la clé (elle ne s'affiche pas)",
                empty=not pem,
            )
            if encrypted
            else None
        )
        if encrypted and not interview.interactive and passphrase is None:
            return {}
        ours = ClientCertificate(Path(path), Path(own_key) if own_key else None, secret)
        try:
            TlsTerms(certificate=ours).context()
        except ConfigurationError as wrong:
            if certificate is not None or not interview.interactive:
                raise
            typer.echo(f"  {wrong}")
            continue
        if secret is not None and secret.reveal():
            secrets[f"cle-{siren}"] = secret
        return {
            "certificat": path,
            "cle": own_key or None,
            "phrase_secrete": {"fichier": f"secrets/cle-{siren}"} if f"cle-{siren}" in secrets else None,
        }


def _trial(access_file: Path, secrets: dict[str, Secret]) -> dict[str, Any]:
    """Every commune of the simulator, from what ``simulateur --json`` prints."""
    from pydantic import ValidationError

    from cdg62_connect.settings import Secret

    with extra("simulator", needed_for="Une installation d'essai"):
        from cdg62_connect.simulator.population import COLLECTIVITES, SOUS_TYPES_PARAPHEUR, TYPE_PARAPHEUR
        from cdg62_connect.testing.installation import Described
    try:
        with access_file.open(encoding="utf-8") as source:
            access = Described.model_validate(json.loads(source.read(_LARGEST_ACCESS)))
    except OSError as unreadable:
        raise ConfigurationError(f"{access_file} ne se lit pas : {unreadable.strerror}.") from None
    except (ValueError, ValidationError):
        raise ConfigurationError(
            f"{access_file} n'est pas ce qu'écrit « cdg62-connect simulateur --json »."
        ) from None
    passwords = {one.siren: one for one in access.iparapheur_soap.accounts}
    certificates = {one.siren: one for one in access.s2low.accounts}
    decisions, others = SOUS_TYPES_PARAPHEUR
    authorities: list[dict[str, Any]] = []
    for collectivite in COLLECTIVITES:
        siren = collectivite.siren
        if not collectivite.insee or siren not in passwords or siren not in certificates:
            continue
        secrets[f"parapheur-{siren}"] = Secret(passwords[siren].password)
        authorities.append(
            {
                "nom": collectivite.nom,
                "siren": siren,
                "competence": "commune",
                "communes": [collectivite.insee],
                "parapheur": {
                    "identifiant": passwords[siren].login,
                    "mot_de_passe": {"fichier": f"secrets/parapheur-{siren}"},
                    "type": TYPE_PARAPHEUR,
                    "sous_types": _sous_types(decisions, others),
                },
                "s2low": {"certificat": certificates[siren].cert, "cle": certificates[siren].key},
            }
        )
    secure = access.iparapheur_soap.url.startswith("https:")
    return {
        "signature": {"ancres": [access.s2low.ca]},
        "plateformes": {
            "iparapheur": {
                "environnement": "simulateur",
                "url": access.iparapheur_soap.url,
                "ca": access.s2low.ca if secure else None,
            },
            "s2low": {"environnement": "simulateur", "url": access.s2low.url, "ca": access.s2low.ca},
        },
        "autorites": authorities,
    }


def _told_from(folder: Path, values: Any) -> Any:  # noqa: ANN401 - any TOML value
    """The same values; paths inside ``folder`` are told from it, and what was not given is left out."""
    if isinstance(values, Mapping):
        return {key: _told_from(folder, one) for key, one in values.items() if one not in ("", None)}
    if isinstance(values, list):
        return [_told_from(folder, one) for one in values]
    if isinstance(values, str) and Path(values).is_absolute() and Path(values).is_relative_to(folder):
        return str(Path(values).relative_to(folder))
    return values


def _end(target: Path) -> None:
    out = console()
    option = "" if target.parent == Path.cwd() else f" --config {shlex.quote(str(target))}"
    out.print(f"Écrit : {target}", markup=False, soft_wrap=True)
    out.print("Les secrets sont dans le dossier secrets/, que seul ce compte lit.")
    out.print("Ensuite :")
    out.print(f"  cdg62-connect controle{option}", markup=False, soft_wrap=True)
    out.print(f"  cdg62-connect passe{option}", markup=False, soft_wrap=True)
