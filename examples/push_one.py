"""Pousse un arrêté jusqu'à la préfecture ; sans argument : plateformes simulées, temps accéléré."""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from cdg62_connect import Journey, Settings, load_settings
from cdg62_connect.clock import Clock, SystemClock


def pousser(settings: Settings, pdf: Path, horloge: Clock) -> None:
    racine, autorite, moment = settings.deposit.root, settings.authorities[0], horloge.now().astimezone()
    numero, sha256 = f"PC0{autorite.communes[0]}2600012", hashlib.sha256(pdf.read_bytes()).hexdigest()
    lot = f"{numero}_ARR_ACCORD_{moment:%Y%m%dT%H%M%S}_01"
    document = {"code": "ARR_ACCORD", "titre": f"Permis de construire {numero}", "fichier": "arrete.pdf"}
    manifeste = {
        "version": "cdg62-depot/1",
        "id_depot": lot,
        "depose_le": moment.isoformat(),
        "emetteur": {"logiciel": "push_one"},
        "dossier": {"numero": numero, "type": "PC"},
        "commune": {"insee": autorite.communes[0]},
        "autorite": {"competence": autorite.competence, "siren": autorite.siren},
        "document": {**document, "sha256": sha256},
        "circuit": {"signature": True},
        "legalite": {"transmettre": True},
    }
    with Journey(settings, clock=horloge) as journey:
        brouillon = racine / "entrants" / ".tmp" / lot  # écrit hors de vue, montré d'un seul geste
        brouillon.mkdir()
        (brouillon / "arrete.pdf").write_bytes(pdf.read_bytes())
        (brouillon / "manifeste.json").write_text(json.dumps(manifeste), encoding="utf-8")
        brouillon.rename(racine / "entrants" / lot)
        journey.run_pass()
        accuse, dernier = json.loads((racine / "accuses" / f"{lot}.json").read_bytes()), ""
        print(f"Dépôt {lot} : {accuse['resultat']}", *accuse["erreurs"], sep="\n    ")
        while accuse["resultat"] == "ACCEPTE" and not dernier.endswith(("TERMINE", "ERREUR")):
            for retour in [retour for retour in journey.tree.returns(lot) if retour.name > dernier]:
                print(f"{journey.now():%d/%m %H:%M}  {retour.name}", *retour.iterdir(), sep="\n    ")
                dernier = retour.name
            horloge.sleep(60)
            journey.run_pass()
    sys.exit(0 if dernier.endswith("TERMINE") else "Une personne doit agir : lisez ce qui précède.")


if sys.argv[1:]:  # python push_one.py cdg62-connect.toml arrete.pdf
    pousser(load_settings(Path(sys.argv[1])), Path(sys.argv[2]), SystemClock())
else:
    from cdg62_connect.simulator import Simulator, SimulatorServer, iparapheur
    from cdg62_connect.testing.installation import install, sample_deposits

    dossier, arrete = Path(tempfile.mkdtemp()), next(sample_deposits().glob("*_ARR_ACCORD_*/arrete.pdf"))
    with SimulatorServer(Simulator(folder=dossier / "plateformes")) as serveur:
        serveur.simulator.iparapheur.rythme = iparapheur.Rythme.of({"apres_s": 1800})
        pousser(install(serveur.describe(), folder=dossier), arrete, serveur.simulator.clock)
