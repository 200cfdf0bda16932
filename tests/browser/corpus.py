"""What people might write into a field to make a page do something: stored and shown as it is, never run."""

from itertools import count

RUNS = "window.ran=1"
"""What each of them would do."""
HOSTILE = (
    f"<script>{RUNS}</script>",
    f'"><script>{RUNS}</script>',
    f"'><script>{RUNS}</script>",
    f"</title><script>{RUNS}</script>",
    f"</textarea><script>{RUNS}</script>",
    f'"><img src=x onerror={RUNS}>',
    f"<img src=x onerror={RUNS}>",
    f"<svg onload={RUNS}>",
    f"<svg><script>{RUNS}</script></svg>",
    f'" onmouseover="{RUNS}" x="',
    f"' autofocus onfocus={RUNS} x='",
    f"javascript:{RUNS}",
    f'<a href="javascript:{RUNS}">x</a>',
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    f"<details open ontoggle={RUNS}>",
    f"<form action=javascript:{RUNS}><input type=submit autofocus>",
    "{{7*7}}",
    "{% raw %}{{ visit.session.key }}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%(session)s %s %% {0} {visit}",
    "<b hx-get='/account' hx-trigger='load'>x</b>",
    f"<div hx-on:click='{RUNS}'>x</div>",
    "<!--<script>-->",
    f"&lt;script&gt;{RUNS}&lt;/script&gt;",
    "\u202egnp.exe\u202c abc",
    "<scr\u200bipt>",
    f"\uff1cscript\uff1e{RUNS}\uff1c/script\uff1e",
    f"<sc\u0131pt>{RUNS}</sc\u0131pt>",
    "Zalgo z̷̢̛͓a̶͎̾l̴g̵o",
    "<style>*{display:none}</style>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUNS}'>",
    "<base href=//example.org/><link rel=stylesheet href=//example.org/x.css>",
)


class Corpus:
    """Hands out one of them after the other, each behind plain words and a number, and keeps what it gave."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self._numbers = count()

    def __call__(self, plain: str) -> str:
        self.given.append(f"{plain} {HOSTILE[next(self._numbers) % len(HOSTILE)]}")
        return self.given[-1]
