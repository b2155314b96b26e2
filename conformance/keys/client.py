# Uses an API key over TLS as an application does: creates a cache, subscribes, publishes, receives, and prints what it received, or
# the error that the client gives. With `token`, a disposable token is made with the key, and everything but the cache is done with that.
import os
import sys
from datetime import timedelta

from momento import (
    AuthClient,
    CacheClient,
    Configurations,
    CredentialProvider,
    TopicClient,
    TopicConfigurations,
)
from momento.auth.access_control.disposable_token_scopes import DisposableTokenScopes
from momento.config.auth_configurations import AuthConfigurations
from momento.responses import (
    CreateCache,
    GenerateDisposableToken,
    TopicPublish,
    TopicSubscribe,
    TopicSubscriptionItem,
)
from momento.utilities import ExpiresIn


def read_credentials() -> CredentialProvider:
    # A v2 key comes with its endpoint, in the variables that the client looks for itself.
    if "MOMENTO_ENDPOINT" in os.environ:
        return CredentialProvider.from_environment_variables_v2()
    return CredentialProvider.from_string(os.environ["SUBITO_API_KEY"])


def generate_token(credentials: CredentialProvider) -> CredentialProvider:
    scope = DisposableTokenScopes.topic_publish_subscribe("from-python", "topic")
    with AuthClient(AuthConfigurations.Laptop.latest(), credentials) as client:
        made = client.generate_disposable_token(scope, ExpiresIn.minutes(10))
    assert isinstance(made, GenerateDisposableToken.Success), made
    return CredentialProvider.from_disposable_token(made.auth_token)


def run() -> str:
    credentials = read_credentials()
    with CacheClient.create(Configurations.Laptop.latest(), credentials, timedelta(seconds=60)) as caches:
        created = caches.create_cache("from-python")
        if isinstance(created, CreateCache.Error):
            return f"error {created.error_code.name}"
    if sys.argv[1:] == ["token"]:
        credentials = generate_token(credentials)
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
