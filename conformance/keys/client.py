# Uses an API key over TLS as an application does: creates a cache, subscribes, publishes, receives, and prints what it received, or
# the error that the client gives.
import os
from datetime import timedelta

from momento import CacheClient, Configurations, CredentialProvider, TopicClient, TopicConfigurations
from momento.responses import CreateCache, TopicPublish, TopicSubscribe, TopicSubscriptionItem


def run() -> str:
    credentials = CredentialProvider.from_string(os.environ["SUBITO_API_KEY"])
    with CacheClient.create(Configurations.Laptop.latest(), credentials, timedelta(seconds=60)) as caches:
        created = caches.create_cache("from-python")
        if isinstance(created, CreateCache.Error):
            return f"error {created.error_code.name}"
    with TopicClient(TopicConfigurations.Default.latest(), credentials) as topics:
        subscription = topics.subscribe("from-python", "topic")
        if isinstance(subscription, TopicSubscribe.Error):
            return f"error {subscription.error_code.name}"
        published = topics.publish("from-python", "topic", "over TLS")
        if isinstance(published, TopicPublish.Error):
            return f"error {published.error_code.name}"
        for item in subscription:
            if isinstance(item, TopicSubscriptionItem.Text):
                return f"received {item.value}"
    return "nothing"


print(run(), flush=True)
os._exit(0)
