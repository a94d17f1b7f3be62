"""Actions run on documents, by a call of the API or by the daemon: one at a time on each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.errors import PhpCrash, bad_request
from cdg62_connect.simulator.pastell.execution import Execution, Failed, Hopeless, Moments
from cdg62_connect.simulator.pastell.peers.ports import PeerCrashed, PeerError
from cdg62_connect.simulator.pastell.rules import FATAL_ERROR
from cdg62_connect.simulator.pastell.steps import WITHOUT_JOB, behaviour, does

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.document import Document
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.platform import PastellState

BUSY = "Une action est déjà en cours de réalisation sur ce document"


class Busy(Failed):
    """Somebody holds the document."""


class Under:
    """An action under way: it goes from moment to moment, and lets the document go at the end."""

    def __init__(self, run: Execution) -> None:
        self.run = run
        self.succeeded = False
        self.hopeless = False
        self.crashed = False
        self.over = False
        self._moments = _moments(run)

    @classmethod
    def begin(cls, run: Execution) -> Under:
        """Take the document.

        Raises:
            Busy: somebody has it.
        """
        with run.platform.lock:
            if not run.document.hold(run, now=run.platform.clock.now()):
                raise Busy(BUSY)
        # What is read of the document is what it is once it is held.
        run.form = run.fresh_form()
        return cls(run)

    def step(self) -> None:
        """Go on to the next moment, or to the end."""
        try:
            next(self._moments)
        except StopIteration as end:
            self._finish(succeeded=bool(end.value))
        except PeerCrashed:
            # PHP died: nobody lets the document go.
            self.crashed = True
            self._finish(succeeded=False)
        except (Failed, PeerError) as failed:
            self.run.message = str(failed)
            self.hopeless = isinstance(failed, Hopeless)
            self._finish(succeeded=False)
        except BaseException:
            self._finish(succeeded=False)
            raise

    def give_up(self) -> None:
        """Let the document go before anything was done."""
        self._moments.close()
        self._finish(succeeded=False)

    def to_the_end(self) -> None:
        """Go through all its moments at once."""
        while not self.over:
            self.step()

    def _finish(self, *, succeeded: bool) -> None:
        self.succeeded, self.over = succeeded, True
        self.run.close()
        if not self.crashed:
            self.run.document.release(self.run)


def _moments(run: Execution) -> Moments:
    does_it = behaviour(run.flux, run.action)
    if does_it is None:
        raise Failed(f"L'action {run.action} n'existe pas.")
    return (yield from does_it(run))


class Workflow:
    """The actions of a platform."""

    def __init__(self, platform: PastellState) -> None:
        self._platform = platform

    def call(
        self,
        caller: User,
        document: Document,
        flux: Flux,
        action: str,
        params: Mapping[str, object],
        *,
        forbidden: Callable[[], str],
    ) -> str:
        """Run an action to its end, for a person; what it says.

        ``forbidden`` tells why the action may not be called: it is asked once more when the document is held, since
        somebody may have moved it in between.

        Raises:
            ApiError: 400 when it fails, or when somebody holds the document.
            PhpCrash: the connector broke.
        """
        if action != FATAL_ERROR and action not in flux.actions:
            raise bad_request(f"L'action {action} n'existe pas.")
        run = Execution(self._platform, document, flux, action, caller, params)
        try:
            under = Under.begin(run)
        except Busy as busy:
            raise bad_request(str(busy)) from busy
        why = forbidden()
        if why:
            under.give_up()
            raise bad_request(why)
        under.to_the_end()
        if under.crashed:
            raise PhpCrash
        if document.deleted:
            self._platform.worker.forget(document)
        elif does(flux, action) not in WITHOUT_JOB:
            self._platform.worker.schedule(
                document, flux, action, message=run.message, hopeless=under.hopeless
            )
        if not under.succeeded:
            raise bad_request(run.message)
        return run.message
