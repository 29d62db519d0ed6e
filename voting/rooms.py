"""Where the news of a question goes: the room of its meeting, or for a written one those who follow its matter."""

from ecabinet import pulse
from meetings import service as meetings
from voting.box import LockedBox
from voting.frozen import Frozen


def stream_of(matter_id: int) -> str:
    """Return the stream of a matter's written questions, on which it is also said that somebody opened a paper."""
    return f"matter:{matter_id}"


def topic_of(question_id: int) -> str:
    """Return the part of that stream which concerns one written question."""
    return f"opinion:{question_id}"


def beat(locked_box: LockedBox) -> None:
    """Move the count of ballots on every screen that follows the question; call it after the commit."""
    frozen = locked_box.frozen
    if frozen.block_id is not None:
        return  # the block has one count for all its boxes: see voting.blocks.casting
    stream, topic = _room_of(frozen)
    pulse.beat(stream, topic, "count", question=frozen.question_id, voted=locked_box.voted, of=locked_box.entitled)


def _room_of(frozen: Frozen) -> tuple[str, str]:
    if frozen.meeting_id is None:
        return stream_of(frozen.matter_id), topic_of(frozen.question_id)
    return meetings.stream_of(frozen.meeting_id), meetings.topic_of(frozen.item_id)
