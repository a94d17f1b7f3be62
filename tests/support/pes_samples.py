"""PES Aller made for tests: as small as they can be, true to the schemas of the DGFiP (PES V2)."""

from __future__ import annotations

from collections.abc import Sequence

ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
SIRET = "21620991600013"

_LINE = (
    '<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="{0}"/><Nature V="6064"/><LibVir1 V="FACTURE"/>'
    '<ModRegl V="03"/><TVAIntraCom V="0"/><MtHT V="100.00"/></InfoLignePce></BlocLignePiece>'
    '<Tiers><InfoTiers><RefTiers V="T1"/><CatTiers V="50"/><NatJur V="03"/><Nom V="SPECIMEN"/></InfoTiers>'
    '<Adresse><TypAdr V="1"/><Adr2 V="1 RUE DU TEST"/><CP V="62000"/><Ville V="VALMONT"/><CodRes V="0"/></Adresse>'
    '<CpteBancaire><BIC V="AGRIFRPP"/><IBAN V="FR7630001007941234567890185"/><TitCpte V="SPECIMEN"/></CpteBancaire>'
    "</Tiers></LigneDePiece>"
)


def pes(
    *,
    nom_fic: str = "VALMONT_20250310_0001",
    bordereaux: Sequence[str] = ("1",),
    pieces: Sequence[str] = ("7",),
    lignes: Sequence[str] = ("1", "2"),
    pj: Sequence[str] = (),
    id_coll: str = SIRET,
    id_post: str = "062001",
    cod_col: str = "123",
    cod_bud: str = "00",
    dematerialise: str = "0",
    declared: str = "ISO-8859-1",
    after: str = "",
) -> bytes:
    """A PES of dépense. ``after``: written at the end of the root."""
    amount = f"{100 * len(pieces) * len(lignes)}.00"
    body = "".join(_bordereau(one, pieces, lignes, amount) for one in bordereaux)
    carried = "".join(_pj(one) for one in pj)
    depense = (
        f'<PES_DepenseAller><EnTeteDepense><IdVer V="2"/><InfoDematerialisee V="{dematerialise}"/></EnTeteDepense>'
        f"{body}</PES_DepenseAller>"
        if bordereaux
        else ""
    )
    justificatifs = f'<PES_PJ><EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>{carried}</PES_PJ>' if pj else ""
    return (
        f'<?xml version="1.0" encoding="{declared}"?>\n<n:PES_Aller xmlns:n="{ALLER}" Id="PES1">\n'
        f'<Enveloppe><Parametres><Version V="2"/><TypFic V="PESALR2"/><NomFic V="{nom_fic}"/></Parametres>'
        '<Emetteur><Sigle V="ESSAI"/><Adresse V="ESSAI 1.0"/></Emetteur></Enveloppe>\n'
        f'<EnTetePES><DteStr V="2025-03-10"/><IdPost V="{id_post}"/><IdColl V="{id_coll}"/><CodCol V="{cod_col}"/>'
        f'<CodBud V="{cod_bud}"/><LibelleColBud V="VALMONT-LES-TILLEULS É"/></EnTetePES>\n'
        f"{depense}{justificatifs}{after}</n:PES_Aller>\n"
    ).encode("iso-8859-1")


def _bordereau(number: str, pieces: Sequence[str], lignes: Sequence[str], amount: str) -> str:
    inside = "".join(
        f'<Piece><BlocPiece><InfoPce><IdPce V="{one}"/><TypPce V="01"/><NatPce V="01"/><Obj V="FOURNITURES"/>'
        f"</InfoPce></BlocPiece>{''.join(_LINE.format(ligne) for ligne in lignes)}</Piece>"
        for one in pieces
    )
    return (
        f'<Bordereau Id="BORD{number}"><BlocBordereau><Exer V="2025"/><IdBord V="{number}"/>'
        f'<DteBordEm V="2025-03-10"/><TypBord V="01"/><NbrPce V="{len(pieces)}"/><MtCumulAnnuel V="{amount}"/>'
        f'<MtBordHT V="{amount}"/></BlocBordereau>{inside}</Bordereau>'
    )


def _pj(identifier: str) -> str:
    return (
        '<PJ><Contenu><Fichier MIMEType="application/pdf">H4sIAAAAAAAAAwMAAAAAAAAAAAA=</Fichier></Contenu>'
        f'<IdUnique V="{identifier}"/><NomPJ V="facture.pdf"/><TypePJ V="003"/><Description V="Facture"/></PJ>'
    )
