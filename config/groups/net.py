"""Settings: what is asked of other sites, and what is sent to them."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Net(BaseSettings):
    """Feeds, politeness and webhooks."""

    contact: str = Field(
        "",
        max_length=200,
        pattern=r"^[\x21-\x7e ]*$",
        description="A web or mail address by which the owners of sites that you read can reach you; sent to them.",
    )
    obey_robots: bool = Field(
        True, description="Fetch only what robots.txt allows. Turn it off only for sites that are yours."
    )
    host_seconds: float = Field(
        1.0, ge=0, le=60, description="Time between two requests to one host, or what its robots.txt wants, up to 60 s."
    )
    feed_least_seconds: int = Field(
        300, ge=30, le=86_400, description="A busy feed is read this often; less means news sooner, and more requests."
    )
    feed_most_seconds: int = Field(
        21_600, ge=60, le=604_800, description="A quiet feed is read this often; more means fewer requests in vain."
    )
    public_url: str = Field(
        "",
        max_length=500,
        pattern=r"^(https?://[^\s/]+(/[^\s]*[^\s/])?)?$",
        description="Where others reach the API, like https://desk.example, for links in webhooks; unset: paths only.",
    )
    webhook_seconds: int = Field(
        10, ge=1, le=60, description="Longest time for a receiver to answer a delivery; then it is tried again later."
    )
    webhook_private: bool = Field(
        False, description="Allow webhooks to private addresses: for receivers in your own network."
    )
    delivery_days: int = Field(
        7, ge=1, le=365, description="How long ended deliveries are kept, to look at them and to replay dead ones."
    )
    net_processes: int = Field(
        2,
        ge=1,
        le=64,
        description="Children of the net worker. One sends webhooks, so have two or more if you have any.",
    )
