"""What S2LOW refuses, as types: one per thing that the caller can do differently.

Some are raised at once, by the call that is refused. The others come later, with a status: see
``ActeStatus.refus`` and ``HeliosStatus.refus``.
"""

from __future__ import annotations

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    InvalidRequest,
    NotReady,
    Refused,
)

_CORRECT_AND_RENUMBER = "Corrigez, puis transmettez sous un autre numéro : celui-ci reste pris."
_KEPT = "Le numéro d'un acte reste pris ; un PES corrigé prend un NomFic nouveau."


class NotRgs(AuthenticationRefused):
    """Le certificat présenté n'est pas un certificat RGS ; la télétransmission en exige un."""

    default_advice = "Configurez un certificat RGS reconnu par cette plateforme S2LOW."


class PaperMode(AccessRefused):
    """La collectivité est en mode « papier » dans S2LOW : elle ne transmet plus rien."""

    default_advice = (
        "La collectivité est en mode « papier » dans S2LOW : demandez à l'administrateur de l'en sortir."
    )


class NotOffered(Refused):
    """Cette plateforme n'offre pas, ou n'offre plus, cette fonction."""

    default_advice = "Passez par la fonction qui la remplace, ou par le site de S2LOW."


class TooBig(InvalidRequest):
    """Les fichiers dépassent la taille ou le nombre que la plateforme accepte."""

    default_advice = "Réduisez le poids ou le nombre des fichiers."


# Actes, at once.


class NumberAlreadyUsed(AlreadyExists):
    """Ce numéro d'acte est déjà pris dans cette collectivité, et le reste pour toujours.

    S2LOW keeps a number whatever becomes of the transaction (refused, cancelled): it is the idempotency key
    of an acte.
    """

    default_advice = "Cherchez l'acte qui porte ce numéro ; s'il n'est pas le vôtre, prenez un autre numéro."


class FutureDate(InvalidRequest):
    """La date de décision est dans le futur pour la plateforme."""

    default_advice = "Attendez la date de décision, ou corrigez-la."


class NotAcknowledged(NotReady):
    """L'acte n'est pas au statut « Acquittement reçu », le seul d'où il s'annule."""

    default_advice = (
        "Lisez son statut : attendez l'acquittement, ou constatez qu'il est annulé sur S2LOW, ou archivé."
    )


class CancellationPending(AlreadyExists):
    """Le retrait de cet acte est déjà demandé à S2LOW."""

    default_advice = "Suivez-la : son identifiant est parmi les transactions liées à l'acte (type 6)."


class NotWaiting(AlreadyExists):
    """La transaction n'attend pas, ou n'attend plus, d'être postée."""

    default_advice = "Lisez son statut : elle est sans doute déjà partie."


class AlreadyRequested(AlreadyExists):
    """La classification a déjà été demandée depuis moins d'un jour."""

    default_advice = "Attendez la réponse du ministère, puis relisez la classification."


# Actes, later.


class WaitingForConfirmation(NotReady):
    """La transaction attend qu'un agent la confirme, ou la signe, dans S2LOW."""

    default_advice = "Confirmez-la avec un certificat RGS, ou demandez-le à l'agent télétransmetteur."


class OutdatedClassification(Refused):
    """Le ministère refuse l'acte : la classification utilisée n'est plus celle en vigueur."""

    default_advice = (
        "Demandez la classification, relisez-la, puis transmettez sous un autre numéro : celui-ci reste pris."
    )


class SignatureRefused(Refused):
    """S2LOW refuse l'envoi : une signature n'est pas valide, ou son certificat pas reconnu."""

    default_advice = f"Faites signer de nouveau par un certificat reconnu. {_KEPT}"


class PieceNotAllowed(Refused):
    """S2LOW refuse l'acte : un type de pièce n'est pas permis pour cette nature."""

    default_advice = f"Choisissez un type de pièce de la classification. {_CORRECT_AND_RENUMBER}"


class DamagedFile(Refused):
    """S2LOW refuse l'envoi : un fichier est corrompu, protégé ou infecté."""

    default_advice = f"Refaites le fichier. {_KEPT}"


class RefusedByPlatform(Refused):
    """S2LOW a refusé l'envoi à l'analyse."""

    default_advice = f"Corrigez, puis envoyez de nouveau. {_KEPT}"


class RefusedByMinistry(Refused):
    """Le ministère a refusé l'acte."""

    default_advice = _CORRECT_AND_RENUMBER


# Hélios.


class AlreadySent(AlreadyExists):
    """Ce fichier PES a déjà été posté sur la plateforme, par cette collectivité ou par une autre.

    S2LOW compares the SHA-1 of the whole file. It does not say under which number the first one is.
    """

    default_advice = (
        "Si vous l'aviez envoyé sans recevoir de réponse, il est passé : retrouvez son numéro sur le site de "
        "S2LOW, ou avec un compte d'archiviste."
    )


class NomFicAlreadyUsed(AlreadyExists):
    """Un autre fichier PES porte déjà ce NomFic."""

    default_advice = "Donnez un NomFic nouveau au fichier PES, puis postez-le."


class NotPes(InvalidRequest):
    """S2LOW ne sait pas lire ce fichier comme un PES."""

    default_advice = "Vérifiez qu'il est en XML et qu'il a NomFic, CodCol, IdPost et CodBud."


class RefusedByHelios(Refused):
    """La DGFiP a refusé le fichier PES."""

    default_advice = "Lisez l'acquittement, corrigez, puis postez un fichier de NomFic nouveau."


class StatusNotSaid(Refused):
    """S2LOW ne dit pas le statut de ce PES : c'est ce qu'elle répond d'un PES annulé sur S2LOW."""

    default_advice = "Regardez sur le site si elle est annulée sur S2LOW ; sinon recommencez plus tard."


# Mail sécurisé and administration.


class AddressRefused(InvalidRequest):
    """Une adresse du mail est absente ou incorrecte."""

    default_advice = "Corrigez l'adresse, puis renvoyez le mail."


class SirenAlreadyUsed(AlreadyExists):
    """Une autre collectivité de la plateforme porte ce SIREN."""

    default_advice = "Modifiez celle qui existe, ou corrigez le SIREN."


class LoginAlreadyUsed(AlreadyExists):
    """Un autre compte a cet identifiant, ou le même certificat sans identifiant qui les distingue."""

    default_advice = "Choisissez un autre identifiant ; des comptes de même certificat en ont chacun un."
