"""The sentences a person reads when a recording cannot be read or written."""


class RecordingError(Exception):
    """Base of everything this room refuses; its text is one sentence for the person who must act."""


class NotARecording(RecordingError):
    """The file is missing, foreign, empty or damaged."""


class NewerRecording(RecordingError):
    """The file was made by a later program than this one."""


class OlderRecording(RecordingError):
    """The file is from a version for which no converter exists."""


class RecordingInUse(RecordingError):
    """Another process is writing this file now."""


class RecordingFailed(RecordingError):
    """Writing stopped (disk full, folder gone, ...); what was committed before stays valid."""
