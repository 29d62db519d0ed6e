"""Members who sign in while others vote: a password is checked for a tenth of a second and more, and must hold nobody up."""

import asyncio
import time
from dataclasses import dataclass

import pyotp

from bench import rounds, tablets
from bench.figures import Round
from bench.room import Room, done
from bench.world import Secrets
from ecabinet.sign_in import passwords

PASSWORD = "mật khẩu của mọi người trong phép đo"  # noqa: S105 - of made-up members
SIGN_INS = 30
SECONDS = 5.0  # in which the members vote


@dataclass(frozen=True)
class During:
    """The ballots that were cast meanwhile, and how long each sign-in took."""

    ballots: Round
    sign_ins: list[float]


def shared_secrets() -> Secrets:
    """Make the password and the authenticator that everybody in the room has."""
    return Secrets(passwords.hash_of(PASSWORD), pyotp.random_base32())


async def during_a_vote(room: Room, shared: Secrets, sign_ins: int) -> During:
    """Let members cast within some seconds while others, or the same on a second device, sign in all at once."""
    devices = await tablets.sit_down(room.server, ["" for _account in range(sign_ins)])
    try:
        code = pyotp.TOTP(shared.totp_secret).now()
        voting = asyncio.create_task(rounds.cast_over(room, SECONDS))
        await asyncio.sleep(SECONDS / 10)
        began = time.perf_counter()
        entered = await asyncio.gather(
            *(
                done(device, "/sign-in", {"account": account, "password": PASSWORD, "code": code, "next": "/"})
                for device, account in zip(devices, room.world.accounts, strict=False)
            )
        )
        taken = [answer.received - began for answer in entered]
        return During(await voting, taken)
    finally:
        await tablets.put_away(devices)
