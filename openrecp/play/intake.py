"""Act 1: a client is taken in, qualified, and asks for an assessment in a donor's programme."""

from api_client import models
from openrecp.play.plot import Firm, Plot
from openrecp.stage import check, refused

MILL: models.RegisterClient = {
    "name": "Sundara Rice Mill",
    "country": "XA",
    "province": "XA-R",
    "isic": {"code": "1061", "revision": "4"},
    "size_class": "medium",
    "tax_code": "10000001",
    "extra": {"employees": 85, "ownership": "private"},
}
MAIN_CONTACT: models.ClientsContact = {
    "name": "Made-up Plant Manager",
    "function": "plant manager",
    "email": "mill@example.org",
    "is_main": True,
}


async def act(plot: Plot) -> None:
    """The cast comes in, then the mill."""
    stage = plot.stage
    plot.began_at = await stage.now()
    await stage.step(
        "The administrator gives the centre's people and readers their keys",
        "seven keys beside the administrator's, each shown once; the others when their firms are known",
        lambda: _hire(plot),
    )
    await stage.step(
        "An officer takes in a company",
        "the rice mill is registered in River Plain with ISIC 1061 (Rev. 4)",
        lambda: _register(plot),
        ["client_registered"],
    )
    await stage.step(
        "with its site, its contacts and its consent, and qualifies it",
        "qualified; an officer of another province finds nothing",
        lambda: _qualify(plot),
        ["site_opened", "client_contacts_changed", "consent_given", "client_qualified"],
    )
    await stage.step(
        "The officer registers four providers, approves them and grants their experts' competences",
        "four approved providers, one from the neighbouring country, one without food hygiene",
        lambda: _providers(plot),
        ["provider_registered", "provider_approved", "expert_added"] * 4 + ["competence_granted"] * 8,
    )


async def _hire(plot: Plot) -> str:
    stage, hired = plot.stage, plot.people
    hired["officer"] = await stage.hire("officer", "officer", provinces=["XA-R", "XA-C", "XA-K"])
    hired["officer_north"] = await stage.hire("officer_north", "officer", provinces=["XA-N"])
    hired["reviewer"] = await stage.hire("reviewer", "reviewer")
    hired["verifier"] = await stage.hire("verifier", "verifier")
    hired["ministry"] = await stage.hire("ministry", "ministry")
    hired["donor"] = await stage.hire("donor", "donor", programmes=["GREEN-MILLS"])
    hired["integrator"] = await stage.hire("integrator", "integrator", machine=True)
    return f"{len(hired)} keys beside the administrator's"


async def _register(plot: Plot) -> str:
    made = await plot.people["officer"].register_client(MILL)
    plot.ids["client"] = made["client_id"]
    sector = made["isic"] or {"code": "none", "revision": "none"}
    return f"{made['status']}, version {made['version']}, ISIC {sector['code']} Rev. {sector['revision']}"


async def _qualify(plot: Plot) -> str:
    officer, client = plot.people["officer"], plot.ids["client"]
    site = await officer.open_site(
        {"client_id": client, "name": "Mill at the river", "country": "XA", "province": "XA-R"}
    )
    plot.ids["site"] = site["site_id"]
    await officer.put_contacts(client, {"contacts": [MAIN_CONTACT]})
    await officer.give_consent({"client_id": client, "purpose": "share_with_providers", "text_version": "2024-1"})
    made = await officer.qualify_client(client)
    status, code = await refused(plot.people["officer_north"].read_client(client))
    check(status == 404, f"the other officer was answered {status} {code}")
    plot.people["mill"] = await plot.stage.hire("client_mill", "client", client_id=client)
    return f"{made['status']}; the officer of Northern Hills is answered {status}"


FIRMS: dict[str, models.RegisterProvider] = {
    "river": {
        "name": "River Engineering (made up)",
        "kind": "firm",
        "country": "XA",
        "places": [{"country": "XA", "province": "XA-R"}, {"country": "XA", "province": "XA-N"}],
        "languages": ["en", "vi"],
        "sectors": [{"code": "10", "revision": "4"}],
    },
    "hill": {
        "name": "Hill Consultants (made up)",
        "kind": "firm",
        "country": "XA",
        "places": [{"country": "XA"}],
        "languages": ["en"],
        "sectors": [{"code": "10", "revision": "4"}],
        "contact": {"full_name": "Made-up Consultant", "email": "hill@example.org"},
    },
    "nordia": {
        "name": "Nordia Process Partners (made up, of the neighbouring country XB)",
        "kind": "firm",
        "country": "XB",
        "places": [{"country": "XA"}, {"country": "XB"}],
        "languages": ["en"],
    },
    "paddy": {
        "name": "Paddy Advice (made up)",
        "kind": "person",
        "country": "XA",
        "places": [{"country": "XA", "province": "XA-R"}],
        "languages": ["en"],
        "sectors": [{"code": "10", "revision": "4"}],
    },
}
COMPETENCES = {
    "river": (("recp_assessment", 5), ("food_hygiene", 4), ("policy_advice", 4)),
    "hill": (("recp_assessment", 4), ("food_hygiene", 3)),
    "nordia": (("recp_assessment", 3), ("food_hygiene", 2)),
    "paddy": (("recp_assessment", 4),),
}


async def _providers(plot: Plot) -> str:
    officer = plot.people["officer"]
    for short, facts in FIRMS.items():
        provider_id = (await officer.register_provider(facts))["provider_id"]
        await officer.approve_provider(provider_id)
        name = f"Made-up Expert of {short.title()}"
        person_id = (await officer.add_expert({"provider_id": provider_id, "full_name": name}))["person_id"]
        for code, level in COMPETENCES[short]:
            await officer.grant_competence(
                {
                    "person_id": person_id,
                    "code": code,
                    "level": level,
                    "valid_from": str(plot.day(-400)),
                    "evidence": "certificate seen by the centre",
                }
            )
        actor = await plot.stage.hire(f"provider_{short}", "provider", provider_id=provider_id, person_id=person_id)
        plot.firms[short] = Firm(facts["name"], provider_id, person_id, actor)
    return f"{len(plot.firms)} providers: " + ", ".join(f"{short} ({FIRMS[short]['country']})" for short in plot.firms)
