"""What each generation does with documents, as data: the part of its profile that flux, forms and steps read.

As in the profile itself, a flag is named for what the platform does, never for a version, and its value by
default is what 4.0 does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

SignedName = Literal["suffixe", "conservé", "du parapheur"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHabits:
    """What one generation does with documents.

    Attributes:
        strict_changes: a change runs its consequences and says when one failed, refuses a file given as a text,
            and leaves out the fields that the state closes.
        defaults_written: a new document carries the default values of its form.
        webservice_told: the journal says that a document was created through the API.
        words_are_booleans: « yes » or « on » is read as true in any field, else only in checkboxes.
        zero_is_empty: ``0`` does not fill a required field.
        files_weighed: the files of a document are weighed together.
        unknown_is_forbidden: a document that the entity does not have is a missing right, else it is not found.
        closed_is_forbidden: changing a document that its state closes is a 403, else a 400.
        changes_wait_for_actions: while an action is under way a change is lost, else it goes through.
        mails_in_detail: the detail shows the e-mails of the document.
        excluding_filter: ``notEtatTransit`` is understood.
        choices_checked: a subtype or a typology that is not on offer is refused.
        transformation_optional: without a connector, the step of transformation is passed over.
        refused_folder_told: a folder that the parapheur refuses changes the state, else only the message.
        signed_name: the name of a signed document: its own with a suffix, its own, or the one that the
            parapheur gives.
        signature_dated: the form keeps the day of the signature.
        waiting_pes_fails: a PES flow that is not signed yet makes the check answer as a failure.
        return_checked: stamped annexes are compared with those sent, and the number of the act is kept.
        pes_always_informs: any answer to a PES flow leads to ``info-tdt``, else its status chooses the state.
    """

    strict_changes: bool = True
    defaults_written: bool = True
    webservice_told: bool = False
    words_are_booleans: bool = False
    zero_is_empty: bool = True
    files_weighed: bool = True
    unknown_is_forbidden: bool = False
    closed_is_forbidden: bool = True
    changes_wait_for_actions: bool = True
    mails_in_detail: bool = True
    excluding_filter: bool = True
    choices_checked: bool = True
    transformation_optional: bool = False
    refused_folder_told: bool = True
    signed_name: SignedName = "conservé"
    signature_dated: bool = False
    waiting_pes_fails: bool = True
    return_checked: bool = True
    pes_always_informs: bool = True


DOCUMENTS_4_0 = DocumentHabits()
DOCUMENTS_3_1 = replace(
    DOCUMENTS_4_0,
    words_are_booleans=True,
    unknown_is_forbidden=True,
    refused_folder_told=False,
)
DOCUMENTS_2_0 = replace(
    DOCUMENTS_3_1,
    strict_changes=False,
    defaults_written=False,
    webservice_told=True,
    files_weighed=False,
    closed_is_forbidden=False,
    changes_wait_for_actions=False,
    mails_in_detail=False,
    excluding_filter=False,
    choices_checked=False,
    signed_name="suffixe",
    return_checked=False,
    pes_always_informs=False,
)
DOCUMENTS_4_1 = replace(
    DOCUMENTS_4_0,
    zero_is_empty=False,
    transformation_optional=True,
    signed_name="du parapheur",
    signature_dated=True,
)
DOCUMENTS_5_0 = replace(DOCUMENTS_4_1, waiting_pes_fails=False)
