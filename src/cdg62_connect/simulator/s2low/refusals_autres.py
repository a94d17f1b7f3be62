"""Refusals of S2LOW about secure mail and administration."""

from __future__ import annotations

from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.mail import texts as mail
from cdg62_connect.simulator.s2low.refusal_lines import ADMIN_AUTHORITY, ADMIN_USER, SEND, asked, trouble

MAIL = (
    asked("mail_sans_destinataire", SEND, mail.NO_RECIPIENT, "`mailto` vide"),
    asked("mail_adresse", SEND, mail.BAD_RECIPIENT, "`mailto` qui n'est ni une adresse ni un groupe connu"),
    asked("mail_copie", SEND, mail.BAD_COPY, "`mailcc` qui n'est pas une adresse"),
    asked("mail_copie_cachee", SEND, mail.BAD_BLIND_COPY, "`mailcci` qui n'est pas une adresse"),
    asked("mail_sans_objet", SEND, mail.NO_SUBJECT, "`objet` vide"),
    asked("mail_sans_message", SEND, mail.NO_MESSAGE, "`message` vide"),
    asked("mail_message_long", SEND, mail.LONG_MESSAGE, "`message` de plus de 2 000 caractères"),
    asked("mail_trop_gros", SEND, mail.TOO_BIG, "fichiers au-delà de `limites.mail`"),
    trouble("mail_non_envoye", SEND, mail.NOT_SENT, "la messagerie de la plateforme ne répond pas"),
    asked("mail_inconnu", ("detail-mail", "delete-mail"), mail.UNKNOWN, "mail d'un autre compte, ou effacé"),
)

ADMINISTRATION = (
    asked(
        "departement_incorrect",
        ADMIN_AUTHORITY,
        texts.BAD_DEPARTEMENT,
        "`department` ou `district` absent ou mal formé",
    ),
    asked("siren_incorrect", ADMIN_AUTHORITY, texts.BAD_SIREN, "`siren` sans neuf chiffres", vu=False),
    asked("siren_pris", ADMIN_AUTHORITY, texts.SIREN_USED, "`siren` d'une autre collectivité"),
    asked("nom_absent", ADMIN_AUTHORITY, texts.NO_NAME, "`name` absent", vu=False),
    asked("compte_sans_collectivite", ADMIN_USER, texts.NO_AUTHORITY, "`authority_id` absent"),
    asked(
        "compte_sans_certificat",
        ADMIN_USER,
        texts.NO_CERTIFICATE,
        "ni `certificate` (PEM), ni `new_id`, à la création",
    ),
    asked("role_incorrect", ADMIN_USER, texts.BAD_ROLE, "`role` inconnu", vu=False),
    asked("login_pris", ADMIN_USER, texts.LOGIN_USED, "`login` d'un autre compte"),
    asked(
        "compte_en_double", ADMIN_USER, texts.USER_EXISTS, "même certificat, et login qui ne distingue pas"
    ),
)
