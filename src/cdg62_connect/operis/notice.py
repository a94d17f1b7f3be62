"""The note that a person finds next to a refused lot."""

from __future__ import annotations

from cdg62_connect.operis.findings import DepositReport, Finding
from cdg62_connect.operis.rules import LEGAL_TIME

_HEAD = """\
DÉPÔT À CORRIGER : {lot}

Ce dépôt n'a pas été pris en charge. Rien n'a été envoyé au parapheur ni à la préfecture.
Reçu le {moment}.

Ce qui est à corriger
---------------------
"""

_FOOT = """\

Que faire
---------
1. Corrigez chaque point ci-dessus dans le logiciel métier.
2. Déposez de nouveau, avec un nouveau numéro d'ordre à la fin du nom du lot (_02, _03…).
3. Ce dossier de quarantaine peut ensuite être supprimé.

Les mêmes erreurs, lisibles par un programme, sont dans erreur.json.
"""


def notice_of(report: DepositReport) -> bytes:
    """The text of ``LISEZMOI.txt``, as the Notepad of any Windows shows it (UTF-8 with BOM, CRLF)."""
    text = _HEAD.format(
        lot=report.id_depot, moment=report.recu_le.astimezone(LEGAL_TIME).strftime("%d/%m/%Y à %H:%M")
    )
    text += "".join(_line(finding) for finding in report.erreurs)
    if report.avertissements:
        text += "\nRemarques (elles n'empêchent pas le dépôt)\n"
        text += "".join(_line(finding) for finding in report.avertissements)
    text += _FOOT
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _line(finding: Finding) -> str:
    return f"- {finding.message} [{finding.code}]\n"
