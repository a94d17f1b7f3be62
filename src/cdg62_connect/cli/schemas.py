"""``schemas``: the sets of schemas (PES, actes) that PES and messages are validated against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdg62_connect.cli.common import ConfigOption, JsonOption, console, say_json, settings_of
from cdg62_connect.errors import InvalidFile

if TYPE_CHECKING:
    from cdg62_connect.formats import SchemaSet

app = typer.Typer(
    help="Installe les schémas publiés par la DGFiP et le ministère, et montre ceux qui le sont.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--dossier", help="Où ils sont rangés.", show_default="« schemas » dans le dossier du journal"
    ),
]


@app.command("add")
def add(
    source: Annotated[Path, typer.Argument(help="Le dossier ou le zip qui contient les fichiers .xsd.")],
    version: Annotated[
        str | None,
        typer.Option("--version", help="Sa version, quand le nom ne la donne pas (schemas_pes_v5.17)."),
    ] = None,
    folder: FolderOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Installe un jeu de schémas à côté des précédents ; rien n'est téléchargé."""
    from cdg62_connect.formats import SchemaStore

    added = SchemaStore(_place(folder, config)).add(source, version=version)
    if as_json:
        say_json(_told(added))
        return
    out = console()
    out.print(
        f"Schémas {added.version} installés : {len(added.entries)} racines, dans {added.folder}.",
        soft_wrap=True,
    )
    for file in added.unusable:
        out.print(f"À savoir : {file} ne peut pas servir (inclusion absente, ou construction non admise).")


@app.command("list")
def list_installed(
    folder: FolderOption = None, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Montre les jeux installés, le plus récent en dernier ; c'est lui qui sert."""
    from cdg62_connect.formats import SchemaStore

    place = _place(folder, config)
    sets = SchemaStore(place).sets()
    if as_json:
        say_json({"schemas": [_told(one) for one in sets]})
        return
    out = console()
    if not sets:
        out.print(
            f"Aucun schéma dans {place}. Ajoutez-en : cdg62-connect schemas add <dossier ou zip>.",
            soft_wrap=True,
        )
    for one in sets:
        out.print(f"{one.version:<16} {len(one.entries):>4} racines   {one.folder}", soft_wrap=True)


@app.command("check")
def check(
    document: Annotated[Path, typer.Argument(help="Un PES, un acquit, un message @ctes, un budget TotEM…")],
    version: Annotated[
        str | None, typer.Option("--version", help="Le jeu à employer plutôt que le plus récent.")
    ] = None,
    folder: FolderOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Valide un document contre le jeu le plus récent qui le connaît ; sort en 1 s'il n'est pas conforme."""
    from cdg62_connect.formats import SchemaStore

    place = _place(folder, config)
    verdict = SchemaStore(place).check(document, version=version)
    if verdict is None:
        raise InvalidFile(
            "SCHEMA_INCONNU",
            f"Aucun schéma de {place} ne décrit « {document.name} » : ajoutez le jeu qui convient.",
        )
    if as_json:
        say_json(
            {
                "version": verdict.version,
                "schema": verdict.schema,
                "conforme": verdict.valid,
                "ecarts": [{"ligne": one.line, "message": one.message} for one in verdict.faults],
            }
        )
    else:
        out = console()
        said = "conforme" if verdict.valid else f"{len(verdict.faults)} écart(s)"
        out.print(
            f"{document.name} : {said}, par les schémas {verdict.version} ({verdict.schema}).",
            soft_wrap=True,
            markup=False,
        )
        for one in verdict.faults:
            out.print(f"  ligne {one.line or '?'} : {one.message}", soft_wrap=True, markup=False)
    if not verdict.valid:
        raise typer.Exit(1)


def _told(one: SchemaSet) -> dict[str, object]:
    return {
        "version": one.version,
        "dossier": str(one.folder),
        "racines": len(one.entries),
        "inemployables": list(one.unusable),
    }


def _place(folder: Path | None, config: Path | None) -> Path:
    return folder if folder is not None else settings_of(config).journal.folder / "schemas"
