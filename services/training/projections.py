"""What training keeps of its neighbours: who works for which provider, and the clients there are."""

import dataclasses

from chassis.consumer import Projections, View
from contracts.clients import ClientRegistered
from contracts.matching import ExpertAdded, ExpertRetired, ProviderRegistered
from services.training.models import KnownClient, KnownExpert, KnownProvider

projections = Projections(KnownExpert, KnownProvider, KnownClient)


@projections.on(ExpertAdded)
async def keep_expert(event: ExpertAdded, view: View) -> None:
    view.put(KnownExpert(event.expert_id, event.person_id, event.provider_id, is_active=True))


@projections.on(ExpertRetired)
async def retire_expert(event: ExpertRetired, view: View) -> None:
    expert = await view.find(KnownExpert, expert_id=event.expert_id)
    if expert is not None:
        view.put(dataclasses.replace(expert, is_active=False))


@projections.on(ProviderRegistered)
async def keep_provider(event: ProviderRegistered, view: View) -> None:
    view.put(KnownProvider(event.provider_id))


@projections.on(ClientRegistered)
async def keep_client(event: ClientRegistered, view: View) -> None:
    view.put(KnownClient(event.client_id))
