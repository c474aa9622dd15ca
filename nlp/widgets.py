"""Lines that a page puts around an article: invitations, buttons, notices, captions.

Every rule is about a whole line, so that a sentence that happens to hold the same words stays.
"""

import re

LONGEST = 300  # characters; a longer line is prose, whatever it begins with


def _words(row: str) -> frozenset[str]:
    return frozenset(row.split())


# A line all of whose words are in one of these rows is a bar of buttons.
_BARS = tuple(
    _words(row)
    for row in (
        "share tweet pin post email e-mail mail print save bookmark copy link whatsapp facebook twitter x "
        "linkedin reddit telegram pinterest messenger flipboard bluesky threads mastodon instagram youtube "
        "tiktok tumblr viber sms this article story page on via with to and or more options us follow like "
        "send subscribe pocket now",
        "accept reject allow decline manage deny agree all and only necessary essential optional cookies "
        "cookie privacy preferences settings choices consent options policy notice & continue close i terms "
        "statement or the",
        "advertisement advertisements advertising advertisment ad ads sponsored content promoted promotion "
        "partner paid adchoices choices report remove this",
        "home menu search close next previous prev back top login log sign in up out register subscribe "
        "subscribed account my donate newsletter newsletters e-paper expand collapse show hide less loading",
        "trending most read popular viewed shared latest top related recommended more stories story articles "
        "article news posts headlines links for you topics topic tags editors' editor's picks choice coverage "
        "reading also",
        "comments comment replies reply leave a post add view show load all write be the first to your join "
        "conversation discussion shares likes views no yet 0 read closed are on this article story",
        "photo photos credit credits image images video gallery caption pictures watch listen play",
        "key points takeaways tl;dr tldr summary quick ai-generated ai the article at a glance",
    )
)
_CHANNEL = (
    r"(?:x|twitter|facebook|instagram|telegram|linkedin|youtube|whatsapp|google(?: news)?|bluesky|threads|tiktok"
    r"|mastodon|social media|apple news|discover)"
)
_AGENCY_PHOTO = (
    r"(?:getty(?: images)?|shutterstock|reuters|afp|ap(?: photo)?|epa(?:-efe)?|istock|unsplash|alamy"
    r"|wikimedia commons|file(?: photo)?)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    rf"(?:\d{{1,2}} {_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}}|\d{{4}}-\d\d-\d\d"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}})"
)
_REST = r"(?:\W.{0,200})?"  # anything, beginning with a new word

_RULES = (
    # The offer of a summary.
    r"(?:no|short on|pressed for|not enough) time(?: to read)?(?: (?:this|it|it all))?",
    r"(?:get|read|show|view|see|generate|listen to) (?:(?:a|an|the|our|me|ai|ai-generated|quick|short|brief|article) )*"
    r"(?:summary|tl;?dr|digest)",
    r"(?:listen to this (?:article|story)|(?:estimated )?read(?:ing)? time)\b.{0,40}"
    r"|\d{1,3}[ -]min(?:ute)?s?(?:[ -]read)?",
    # Sharing and following.
    r"(?:please )?(?:share|spread|tweet|e-?mail|print|save) (?:this|the) (?:article|story|post|page|news|link"
    r"|word)\b.{0,80}",
    rf"(?:please )?(?:follow|like|join|find|watch|connect with|subscribe to|add) [\w@.' ]{{1,50}} (?:on|via|in"
    rf"|at) (?:our )?{_CHANNEL}\b.{{0,80}}",
    r"(?:please )?(?:follow|find|support|join) us\b.{0,100}|like us on\b.{0,60}|"
    r"join (?:our|the) (?:\w+ ){0,4}(?:channel|group|community|newsletter)\b.{0,60}|stay (?:connected|in touch"
    r"|informed|up to date)\b.{0,80}",
    # Newsletters, subscriptions, accounts.
    r"(?:please )?(?:subscribe|sign[ -]?up|log ?in|sign in|register|join)(?: now| today| here| free| for free)?"
    r"(?:,? (?:to|for|with|and) (?:\w+ ){0,6}?(?:us|our|the|your|read|receive|get|continue|comment|access|unlock"
    r"|newsletters?|free|updates?|account|"
    r"alerts?)\b.{0,160})?",
    r"(?:please )?(?:enter )?your e-?mail(?: address)?.{0,30}|create (?:a|an|your) (?:free )?account\b.{0,60}",
    r"(?:already|not yet|not) (?:a (?:member|subscriber)|have an account|registered|subscribed)\b.{0,80}",
    r"(?:get|receive|have) (?:\S+ ){1,14}(?:your inbox|newsletter|by e-?mail|to your e-?mail|e-?mail alerts"
    r"|morning briefing)\b.{0,60}",
    r"(?:our |the |daily |weekly |free |e-?mail |morning ){0,3}newsletters?(?: sign[ -]?up)?|thank(?: you"
    r"|s) for (?:subscribing|signing up)\b.{0,60}",
    r"(?:download|get|install|open) (?:the|our) (?:\w+ ){0,4}apps?\b.{0,60}",
    r"by (?:signing up|subscribing|clicking|submitting|registering)\b.{0,80}\b(?:agree|terms|privacy"
    r"|consent)\b.{0,120}",
    r"you (?:can|may) unsubscribe.{0,80}|(?:this site is )?protected by recaptcha.{0,120}",
    # Ways to other articles.
    r"(?:read|see|learn|discover|find out|explore|view|watch|show|load|keep|continue) (?:more|also|next|all|reading|on)"
    r"(?:\s*[:|»→–—-].{0,220}| (?:about|on|at|from|in|here|below|stories|articles|news|posts)\b[^.]{0,90})?",
    r"(?:read|see|view) (?:the )?(?:full|original|whole|entire) (?:story|article|report|post)\b.{0,100}",
    r"(?:also|must|further)[ -](?:read|reading|see|watch)(?:\s*[:|»→–—-].{0,220})?",
    r"(?:related|see related|recommended|more on this(?: story| topic)?|up next|don['’]t miss"
    r"|in case you missed it|most read|"
    r"trending(?: now)?|you (?:may|might)(?: also)? (?:like|enjoy|be interested in)|more like this"
    r"|what to read next|read next)"
    r"(?: (?:articles?|stor(?:y|ies)|news|posts?|topics?|content|coverage|reading|for you))?(?:\s*[:|»→–—-].{0,220})?",
    r"(?:please )?(?:click|tap) (?:here|the link|on the link|below|to (?:read|view|see|watch|subscribe|share"
    r"|enlarge|expand|play))\b.{0,120}",
    r"(?:tags?|topics?|categor(?:y|ies)|filed under|keywords?|posted in|tagged(?: with| as)?|sections?)\s*:.{0,250}",
    r"(?:back to (?:top|home(?:page)?|news)|skip to (?:main |the )?(?:content|navigation)|scroll (?:down )?(?:to"
    r"|for) .{0,60})",
    r"(?:around|across|from) (?:the web|our partners|our network)|keep reading|what you need to know"
    r"|in this (?:article|story)",
    # Cookies and consent.
    rf"(?:this|our|the) (?:web ?site|site|page)(?: also)? uses? (?:\w+ ){{0,3}}cookies{_REST}",
    rf"we(?: and our (?:\d+ )?\w+)? (?:(?:also )?use|store|process|set) (?:\S+ ){{0,8}}cookies{_REST}|we (?:value"
    rf"|care about|respect) your privacy{_REST}",
    rf"by (?:continuing|using|browsing|clicking)\b.{{0,140}}\bcookies?\b{_REST}|do not sell (?:or share )?my .{{0,60}}",
    r"(?:manage|change|update|review) (?:your |my )?(?:cookie|privacy|consent)\b.{0,60}|terms (?:of (?:use"
    r"|service)|and conditions|& conditions)",
    # Advertising, comments, rights.
    r"(?:article|story) continues (?:below|after)\b.{0,60}|continue reading below\b.{0,40}"
    r"|sponsored by [^.]{0,60}|(?:- )?advertisement(?: -)?",
    r"(?:\d[\d,.]*k?|no|view|show|load|see|read|all|join|leave|post|add)(?: all| a| the| your| more)?(?: \d[\d,]*)? "
    r"(?:comments?|repl(?:y|ies)|shares?|likes?|views?|reactions?|conversation|responses?)(?: (?:yet|here|below"
    r"|so far|on this (?:article|story)))?",
    r"comments? ?\(?\d[\d,]*\)?|comments? (?:are|is|section is) (?:now )?(?:closed|off|disabled).{0,60}"
    r"|be the first to (?:comment|share|like)\b.{0,60}|"
    r"(?:leave a (?:comment|reply)|what do you think|have your say)\b.{0,100}",
    r"(?:copyright(?:(?: ©| \(c\)|,)? ?\d{4}|:| ©| \(c\))|\(c\) ?\d{4}).{0,200}|©.{0,200}"
    r"|.{0,200}\ball rights reserved\b.{0,120}|.{0,60}© ?(?:copyright )?\d{4}.{0,120}",
    r"(?:this (?:material|article|content|story)|reproduction|no part of this \w+) (?:may|must|can"
    r"|is)(?: not)? (?:be )?"
    r"(?:published|reproduced|republished|copied|prohibited|used)\b.{0,160}|powered by \S+(?: \S+){0,3}",
    # Captions and credits.
    r"(?:file )?(?:photo(?:graph)?|image|picture|illustration|graphic|video|featured? image|main (?:photo|image))s?"
    r"(?: (?:credits?|courtesy|source|by|via|gallery|caption))?\s*[:/|©].{0,250}",
    r"(?:ap |file |reuters |getty |afp )?(?:photo|photograph|image|picture|illustration)s? (?:by|courtesy"
    r"|credits?|via)\b.{0,160}",
    r"\((?:ap |file |reuters |getty |afp )?(?:photo|photograph|image|picture|illustration|credit)s?\b[^()]{0,160}\)",
    rf"\(?(?:[\w.'’-]+ ){{0,6}}?[/|©] ?{_AGENCY_PHOTO}(?: ?[/|,] ?[\w .'’-]{{1,60}}| via [\w .'’-]{{1,40}}){{0,2}}\)?",
    rf"\(?{_AGENCY_PHOTO}(?: ?[/|,] ?[\w .'’-]{{1,60}}| via [\w .'’-]{{1,40}}){{0,2}}\)?",
    r"(?:watch|video|listen|in pictures|gallery|podcast)(?: (?:live|now))?\s*[:|»→].{0,200}",
    # When it was put up.
    rf"(?:(?:last |first )?(?:updated|published|posted|modified)(?: on"
    rf"| at)?:? (?:\w+day,? )?)?{_DATE}(?:,? (?:at )?\d\d?:\d\d.{{0,20}})?",
    r"(?:updated|published|posted) \d{1,3} (?:minutes?|hours?|days?|weeks?) ago",
)
_RULE = re.compile("|".join(f"(?:{rule})" for rule in _RULES), re.IGNORECASE)
_FRAME = " \t.!?:;,»«→←›‹>…|•·*_=~–—-"  # what stands around a button's words
_WORD = re.compile(r"[^\s|,/•·+:]+")
_MOST_BUTTONS = 16
_FILLERS = _words("a the on via with to and or for you i this us in up out of more all no your my be first x are most")


def is_widget(line: str) -> bool:
    """Whether this whole line belongs to the page and not to the article."""
    if len(line) > LONGEST:
        return False
    bare = line.strip(_FRAME)
    return not any(map(str.isalnum, bare)) or _is_bar(bare) or bool(_RULE.fullmatch(bare))


def _is_bar(line: str) -> bool:
    words = _WORD.findall(line.lower().replace("’", "'"))
    return (
        0 < len(words) <= _MOST_BUTTONS
        and not _FILLERS.issuperset(words)
        and any(row.issuperset(words) for row in _BARS)
    )
