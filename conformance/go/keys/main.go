// Command keys uses an API key over TLS as an application does, with nothing but Go's own trust settings: it creates a cache,
// subscribes, publishes, receives, and prints what it received; or prints the error that the client gives. With "token", a disposable
// token is made with the key, and everything but the cache is done with that.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	"github.com/momentohq/client-sdk-go/config/logger"
	"github.com/momentohq/client-sdk-go/momento"
	authresponses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/momentohq/client-sdk-go/utils"
)

func generateToken(ctx context.Context, credentials auth.CredentialProvider) (auth.CredentialProvider, error) {
	client, err := momento.NewAuthClient(config.AuthDefaultWithLogger(logger.NewNoopMomentoLoggerFactory()), credentials)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	made, err := client.GenerateDisposableToken(ctx, &momento.GenerateDisposableTokenRequest{
		ExpiresIn: utils.ExpiresInMinutes(10),
		Scope:     momento.TopicPublishSubscribe(momento.CacheName{Name: "from-go"}, momento.TopicName{Name: "topic"}),
	})
	if err != nil {
		return nil, err
	}
	return auth.FromString(made.(*authresponses.GenerateDisposableTokenSuccess).ApiKey)
}

func run() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	credentials, err := auth.FromString(os.Getenv("SUBITO_API_KEY"))
	if err != nil {
		return "", err
	}
	quiet := logger.NewNoopMomentoLoggerFactory()
	caches, err := momento.NewCacheClientWithEagerConnectTimeout(
		config.LaptopLatestWithLogger(quiet), credentials, time.Minute, 0)
	if err != nil {
		return "", err
	}
	defer caches.Close()
	if _, err := caches.CreateCache(ctx, &momento.CreateCacheRequest{CacheName: "from-go"}); err != nil {
		return "", err
	}
	if len(os.Args) > 1 && os.Args[1] == "token" {
		if credentials, err = generateToken(ctx, credentials); err != nil {
			return "", err
		}
	}
	topics, err := momento.NewTopicClient(config.TopicsDefaultWithLogger(quiet), credentials)
	if err != nil {
		return "", err
	}
	defer topics.Close()
	subscription, err := topics.Subscribe(ctx, &momento.TopicSubscribeRequest{CacheName: "from-go", TopicName: "topic"})
	if err != nil {
		return "", err
	}
	request := &momento.TopicPublishRequest{CacheName: "from-go", TopicName: "topic", Value: momento.String("over TLS")}
	if _, err := topics.Publish(ctx, request); err != nil {
		return "", err
	}
	item, err := subscription.Item(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(item), nil
}

func main() {
	received, err := run()
	if err != nil {
		if momentoError, ok := err.(momento.MomentoError); ok {
			fmt.Println("error", momentoError.Code())
		} else {
			fmt.Println("error", err)
		}
		return
	}
	fmt.Println("received", received)
}
