"""One reader under atheris, which changes inputs by what code they reach. Call: guided.py READER CORPUS OPTION..."""

import sys
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
with atheris.instrument_imports(include=["nlp", "feedparser", "trafilatura", "warcio", "htmldate"]):
    from fuzz.readers import READERS, in_time

    import nlp.pages
    from nlp.formats import Document

    nlp.pages.read_page(Document("html", "<html><p>What is loaded late is loaded now."))

reader = READERS[sys.argv[1]]
atheris.Setup([sys.argv[0], *sys.argv[2:]], lambda data: in_time(reader, data))
atheris.Fuzz()
