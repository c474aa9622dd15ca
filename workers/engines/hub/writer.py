"""Write summaries with a sequence-to-sequence network of the hub."""

from collections.abc import Sequence
from itertools import pairwise

import torch

from nlp.chunks import even_chunks
from nlp.sentences import split_sentences
from workers.engines.hub.folder import Folder
from workers.engines.hub.network import Wanted, open_network
from workers.engines.written import CannotWrite

RULE = 1  # part of the lineage: raise it when summaries change
MOST = 142  # tokens of a summary where the checkpoint does not say; as BART on CNN/Daily Mail
_NEWLINE = "<n>"  # as Pegasus writes it
_STOPS = ".!?…\"'”’"


class HubWriter:
    """A summarizer such as BART, T5 or Pegasus, which writes as its own files say, without chance."""

    def __init__(self, name: str, folder: Folder, wanted: Wanted) -> None:
        """Load the folder. Raises Unfit."""
        self._network = open_network(name, folder, "AutoModelForSeq2SeqLM", wanted, RULE)
        self.name, self.weights = name, self._network.weights
        chosen = dict((folder.config.get("task_specific_params") or {}).get("summarization") or {})
        self._prefix = str(chosen.pop("prefix", ""))  # "summarize: " of T5
        said = self._network.model.generation_config
        new = chosen.get("max_new_tokens", said.max_new_tokens)
        self._longest = int(new + 1 if new else chosen.get("max_length", said.max_length) or 0)
        if not self._longest:  # transformers would stop after 20
            self._longest = min(MOST, self._network.limit - 1)
            chosen["max_length"] = self._longest
        self._options = chosen | {"do_sample": False}

    def write_all(self, texts: Sequence[str]) -> list[str]:
        """The summary of each text: of a long one, those of its parts, one after the other.

        Raises CannotWrite when one of them has no end; behind a batcher, only to whoever brought that text.
        """
        parts = [self._parts(text) for text in texts]
        written = iter(self._write([part for of_one in parts for part in of_one]))
        return [" ".join(" ".join(next(written) for _ in of_one).split()) for of_one in parts]

    def write(self, text: str) -> str:
        """The summary of one text. Raises CannotWrite."""
        return self.write_all([text])[0]

    def _parts(self, text: str) -> list[str]:
        """The text in parts that the network can read, cut between sentences."""
        tokenizer = self._network.tokenizer
        sentences = split_sentences(text)
        starts = [*(sentence.start for sentence in sentences), len(text)]  # each is counted with the space behind it
        lengths = [len(tokenizer(text[a:b], add_special_tokens=False)["input_ids"]) for a, b in pairwise(starts)]
        around = len(tokenizer(self._prefix)["input_ids"])
        runs = even_chunks(lengths, max(1, self._network.limit - around))
        return [self._prefix + text[sentences[a].start : sentences[b - 1].end] for a, b in runs]

    def _write(self, parts: Sequence[str]) -> list[str]:
        limit = self._network.limit
        rows = [self._network.tokenizer(part, truncation=True, max_length=limit)["input_ids"] for part in parts]
        found = [""] * len(rows)
        with torch.inference_mode():
            for batch, inputs in self._network.batches(rows):
                made = self._network.model.generate(**inputs, **self._options)
                for place, ids in zip(batch, made.tolist(), strict=True):
                    found[place] = self._text(ids)
        return found

    def _text(self, ids: list[int]) -> str:
        """What the tokens say; without the unfinished sentence of one that had to stop. Raises CannotWrite."""
        text: str = self._network.tokenizer.decode(ids, skip_special_tokens=True)
        text = text.replace(_NEWLINE, " ").replace("\0", "").strip()
        if not text or self._ended(ids):
            return text
        sentences = [text[a:b] for a, b in split_sentences(text)]
        whole = sentences if sentences[-1].endswith(tuple(_STOPS)) else sentences[:-1]
        if not whole:
            raise CannotWrite(f"its first sentence has no end within {self._longest} tokens")
        return " ".join(whole)

    def _ended(self, ids: Sequence[int]) -> bool:
        """Whether it came to an end by itself, before the last place, where some networks are made to end."""
        said = self._network.model.generation_config
        ends = said.eos_token_id if isinstance(said.eos_token_id, list) else [said.eos_token_id]
        places = [place for place, token in enumerate(ids) if place and token in ends]  # the first opens the text
        return bool(places) and (said.forced_eos_token_id is None or places[0] + 1 < self._longest)
