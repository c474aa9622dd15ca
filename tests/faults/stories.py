"""Articles for the faults: short, all different, some about one event, with names, dates and sources."""

from datetime import UTC, datetime, timedelta

from nlp.formats import Document

TOWNS = ("Worcester", "Bewdley", "Ludlow", "Shrewsbury", "Gloucester", "Tewkesbury", "Hereford", "Evesham")
EVENTS = (
    "Crews in {town} worked through the night after the river rose by {n} metres within a few hours. "
    "Mayor Ellen Marsh of {town} said that {n}00 people had left their homes and slept in the school. "
    "The weather service expects that the water will fall again by Sunday, but more rain is on its way. "
    "Trains between {town} and London were stopped, and the army sent two helicopters to help.",
    "The council of {town} voted on Tuesday to close the old swimming hall, which costs {n} million pounds a year. "
    "Councillor David Okafor of the Liberal Democrats called the vote a mistake that children will pay for. "
    "A group of parents led by Sarah Whitfield wants to run the hall itself and has collected {n},000 signatures. "
    "The hall was opened by Princess Margaret in 1964 and has not been repaired since.",
    "A court in {town} sentenced a former accountant of Severn Tiles to {n} years in prison for fraud. "
    "Judge Helen Brandt said that Mark Ellery had lied to the company, the bank and his own family. "
    "The money went into a house in Portugal and a yacht, the prosecutor Amir Rahman told the court. "
    "Barclays lost {n} million pounds, and 60 people in {town} lost their jobs when the company closed.",
)


def documents(count: int) -> list[Document]:
    """So many, always the same ones."""
    return [_document(number) for number in range(count)]


def _document(number: int) -> Document:
    town, event = TOWNS[number % len(TOWNS)], number // len(TOWNS) % len(EVENTS)
    return Document(
        "text",
        EVENTS[event].format(town=town, n=number + 2),
        url=f"https://herald.example/{number}",
        title=f"{town}, report {number}",
        source=("Herald", "Courier")[number % 2],
        published=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=number),
    )
