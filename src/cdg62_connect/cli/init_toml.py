"""The configuration file that ``init`` writes: every key of the model, its default in sight, explained.

It is drawn from the model of the settings: a key that is added there appears here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cdg62_connect.settings import Settings

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_AUTHORITIES = "autorites"

_HEAD = """\
# Configuration de cdg62-connect, écrite par « cdg62-connect init ».
# Les chemins sont relatifs à ce fichier. Un secret ne s'écrit jamais ici : il se nomme, par
# { fichier = "chemin" } ou { env = "VARIABLE" }. Une clé inconnue n'est pas admise.
# Vérifiez après chaque changement : cdg62-connect controle. Tout est expliqué dans docs/configuration.md.
"""

_SECTIONS = {
    "depot": "L'arbre de dossiers partagé avec le logiciel métier.",
    "journal": "La mémoire du parcours : à sauvegarder, sur un disque de cette machine.",
    "signature": "Ce qui fait qu'une signature est bonne.",
    "rythme": "La fréquence des regards sur les plateformes, en secondes.",
    "alerte": "Ce qui vaut la peine de prévenir quelqu'un.",
    "plateformes.iparapheur": "Le parapheur.",
    "plateformes.s2low": "S2LOW, tiers de télétransmission.",
    "autorites": "Une section [[autorites]] par autorité ; chacune n'utilise que ses propres accès.",
    "autorites.parapheur": "Son compte de service web et ses circuits.",
    "autorites.s2low": "Son certificat sur S2LOW.",
}

_KEYS = {
    "version": "Version de ce format.",
    "depot.racine": "Le dossier partagé.",
    "depot.mode": "Comment un lot se montre complet : rename, marqueur ou stabilite.",
    "depot.taille_max_mio": "Document et annexes d'un lot, en Mio.",
    "depot.fichiers_max": "Fichiers d'un lot.",
    "depot.conservation_jours": "Jours de garde de ce que le déposant a repris.",
    "journal.dossier": "Jamais un partage réseau.",
    "signature.ancres": "Certificats (PEM) des autorités reconnues pour les signataires.",
    "signature.signataire_inconnu": "exiger (bloque) ou signaler (rend avec un message).",
    "rythme.parapheur_s": "Premier intervalle entre deux regards sur le parapheur.",
    "rythme.s2low_s": "Premier intervalle entre deux regards sur S2LOW.",
    "rythme.attente_max_s": "Jamais plus long.",
    "rythme.ouverture_h": "Heure d'arrivée des agents.",
    "rythme.fermeture_h": "Heure de leur départ.",
    "alerte.commande": "Programme et arguments appelés à chaque alerte, qui arrive en JSON sur son entrée.",
    "alerte.delai_s": "Temps laissé à ce programme, en secondes.",
    "alerte.ar_heures": "Un acte sans accusé de réception depuis plus longtemps est une alerte.",
    "alerte.panne_heures": "Une plateforme muette depuis plus longtemps est une alerte.",
    "environnement": "simulateur, recette ou production (fermée : aucun envoi sans feu vert).",
    "url": "L'adresse du service.",
    "ca": "Autorités de certification du serveur (PEM) ; sans elle, les autorités publiques.",
    "connexion_s": "Temps laissé à la connexion, en secondes.",
    "silence_s": "Plus long silence du serveur, en secondes.",
    "total_s": "Plus long échange, envoi compris, en secondes.",
    "autorites.nom": "Son nom, comme sur S2LOW.",
    "autorites.siren": "Neuf chiffres.",
    "autorites.competence": "commune ou epci.",
    "autorites.communes": "Codes INSEE pour lesquels elle décide.",
    "autorites.canal_legalite": "s2low, platau ou aucun : un seul canal par acte.",
    "autorites.matieres": 'Codes profonds confirmés, avec leur libellé : { "2.2.3" = "permis de construire" }.',
    "autorites.parapheur.identifiant": "Le compte de service web.",
    "autorites.parapheur.mot_de_passe": "Dans un fichier que seul ce compte lit.",
    "autorites.parapheur.type": "Le type, écrit comme dans le parapheur.",
    "autorites.parapheur.sous_types": "Le sous-type de chaque code de document ; « defaut » sert aux autres.",
    "autorites.s2low.certificat": "Le certificat client : PEM ou PKCS#12.",
    "autorites.s2low.cle": "Sa clé privée, si elle est dans un autre fichier.",
    "autorites.s2low.phrase_secrete": "Si la clé est chiffrée.",
    "autorites.s2low.identifiant": "Seulement si plusieurs comptes partagent le certificat.",
    "autorites.s2low.mot_de_passe": "Va avec l'identifiant.",
}

_EXAMPLES = {
    "ca": '"autorites.pem"',
    "cle": '"cle.pem"',
    "phrase_secrete": '{ fichier = "secrets/cle" }',
    "identifiant": '"compte"',
    "mot_de_passe": '{ fichier = "secrets/compte" }',
}


def configuration(values: Mapping[str, Any]) -> str:
    """The text of a configuration.

    Args:
        values: what is known, nested as in the file and under its French keys; ``autorites`` is a list.
            Secrets are given by name (``{"fichier": …}``).

    Raises:
        KeyError: a key without a default is missing.
    """
    return _HEAD + "\n".join(_section(Settings, "", values)) + "\n"


def _section(model: type[BaseModel], path: str, values: Mapping[str, Any]) -> Iterator[str]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, field in fields.items():
        if _inner(field) is None:
            yield from _key(key, f"{path}.{key}".lstrip("."), field, values)
    for key, field in fields.items():
        inner, deeper = _inner(field), f"{path}.{key}".lstrip(".")
        if inner is None:
            continue
        found = values.get(key)
        if key == _AUTHORITIES:
            for authority in cast("Sequence[Mapping[str, Any]]", values[key]):
                yield from _titled(f"[[{deeper}]]", deeper)
                yield from _section(inner, deeper, authority)
        elif found is not None or not _optional(field):
            if any(_inner(one) is None for one in inner.model_fields.values()):
                yield from _titled(f"[{deeper}]", deeper)
            yield from _section(inner, deeper, found or {})


def _titled(title: str, path: str) -> Iterator[str]:
    yield ""
    if path in _SECTIONS:
        yield f"# {_SECTIONS[path]}"
    yield title


def _key(key: str, path: str, field: FieldInfo, values: Mapping[str, Any]) -> Iterator[str]:
    comment = _KEYS.get(path) or _KEYS.get(key)
    if comment:
        yield f"# {comment}"
    if values.get(key) is None and field.is_required():
        raise KeyError(path)
    found = values.get(key)
    if found is None:
        found = field.get_default(call_default_factory=True)
    if found is None:
        yield f"# {key} = {_EXAMPLES.get(key, '…')}"
    else:
        yield f"{key} = {_literal(found)}"


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a section, alone, optional or repeated; ``None`` for a plain key."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _optional(field: FieldInfo) -> bool:
    return type(None) in get_args(field.annotation)


def _literal(value: object) -> str:
    """A TOML value; JSON's escapes are a subset of TOML's."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() | Path():
            return json.dumps(str(value), ensure_ascii=False)
        case Mapping():
            pairs = cast("Mapping[str, object]", value).items()
            inner = ", ".join(f"{_name(key)} = {_literal(one)}" for key, one in pairs)
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(_literal(one) for one in cast('Sequence[object]', value))}]"
        case _:
            raise TypeError(f"no TOML for {type(value).__name__}")


def _name(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
