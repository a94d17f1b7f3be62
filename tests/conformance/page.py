"""Write ``docs/pastell-conformite.md``: how far the simulated Pastell tells what a real one told.

Run from the project: ``python tests/conformance/page.py``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conformance.agreement import Report, in_another_order, in_order
from conformance.reasons import REASONS
from conformance.recordings import ABSENT, PROJECT, place, recorded

_PAGE = PROJECT / "docs" / "pastell-conformite.md"
_SEED = 62


def page(report: Report, shuffled: Report) -> str:
    """The page, in French."""
    version = next(
        one.answer_json for one in recorded() if one.target == "/api/v2/version" and one.status == 200
    )
    day = next(one.date for one in recorded() if one.date is not None).astimezone(ZoneInfo("Europe/Paris"))
    peers = [one for one in recorded() if one.to_peer]
    total, agreed = len(report.outcomes), len(report.outcomes) - len(report.disagreements)
    again = len(shuffled.outcomes) - len(shuffled.disagreements)
    rows = "\n".join(
        f"| `{section}` | {len(outcomes)} | {sum(one.agrees for one in outcomes)} | "
        f"{_percent(report.share(section))} | {_percent(shuffled.share(section))} |"
        for section, outcomes in report.sections.items()
    )
    reasons = "\n".join(
        f"| {one.exchange.id} | `{one.exchange.method} {_shown(one.exchange.target)}` | "
        f"{REASONS.get(one.exchange.id, 'À expliquer.')} |"
        for one in report.disagreements
    )
    return f"""# Conformité du Pastell simulé

Page écrite par `tests/conformance/page.py` : ne la modifiez pas à la main.

Le Pastell simulé est comparé aux échanges enregistrés sur un vrai Pastell **{version["version"]}**
(révision {version["revision"]}), le {day.strftime("%d/%m/%Y")}. Les {total} appels d'API enregistrés lui sont refaits
dans le même ordre, à la même heure simulée. Les identifiants sont appris au fil des réponses. Ses connecteurs parlent à
une écoute qui rend les {len(peers)} réponses enregistrées du parapheur et de S²LOW.

Une réponse **concorde** quand elle a le même statut HTTP, la même forme et les mêmes types JSON (mêmes clés, autant
d'éléments), les mêmes valeurs de champs, le même message d'erreur, le même état du dossier et les mêmes actions
possibles. Ne sont pas comparés : les identifiants, les dates, les textes longs des définitions, le contenu des
fichiers fabriqués par une plateforme, l'ordre des lignes du journal et des listes de dossiers (les secondes égales le
laissent au hasard), la répartition d'une flotte en mouvement.

Trois choses sont arrangées pour le rejeu. Une lecture répétée est refaite, un tour de démon entre deux, jusqu'à la
réponse enregistrée ; un état que le simulé ne montre jamais reste un désaccord. Les dossiers dont la préparation n'a
pas été enregistrée sont refaits d'après la première réponse qui les montre. Deux appels simultanés sont rejoués l'un
après l'autre, celui qui a été perdu pendant que le dossier est tenu occupé.

- Dans l'ordre de l'enregistrement : **{agreed} sur {total}** ({_percent(agreed / total)}).
- Sections mêlées, noms, intitulés et numéros changés : **{again} sur {len(shuffled.outcomes)}**
  ({_percent(again / len(shuffled.outcomes))}). Les longueurs de listes et les décomptes n'y sont pas comparés.

## Par section

| Section | Appels | Concordent | Part | Mêlée, renommée |
|---|--:|--:|--:|--:|
{rows}

## Ce qui ne concorde pas

| Échange | Appel | Raison |
|---|---|---|
{reasons}

## Ce qui n'a pas été enregistré

TLS et certificats clients, envoi en morceaux, étapes SAE, GED et mail sécurisé, travail verrouillé, délai de trente
jours de la signature, interface web, versions 2.0, 3.x, 4.1 et 5.0 : le simulé les tient de leur documentation et de
leur code publié, sans enregistrement pour le vérifier.

## Refaire la comparaison

Les enregistrements ne font pas partie du projet. `CDG62_REFERENCES` donne le dossier qui les contient ; sans eux, les
tests de `tests/conformance` sont passés, et le disent.
"""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def _shown(target: str) -> str:
    path = target.split("?")[0].removeprefix("/api/v2")
    return path or "/"


def main() -> None:
    """Compare twice, and write the page."""
    if place() is None:
        raise SystemExit(ABSENT)
    with tempfile.TemporaryDirectory() as folder:
        ordered = in_order(Path(folder) / "ordre")
        shuffled = in_another_order(Path(folder) / "autre", seed=_SEED)
    _PAGE.write_text(page(ordered, shuffled), encoding="utf-8")


if __name__ == "__main__":
    main()
