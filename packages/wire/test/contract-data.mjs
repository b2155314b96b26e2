// What wire-contract.md sections 4.0 to 4.4 and 4.10 say of the services that this project speaks, and the one of our own (subito.Renewal).

export const expectedMethods = `
/cache_client.pubsub.Pubsub/Publish cache_client.pubsub._PublishRequest -> common._Empty
/cache_client.pubsub.Pubsub/Subscribe cache_client.pubsub._SubscriptionRequest -> stream cache_client.pubsub._SubscriptionItem
/cache_client.Ping/Ping cache_client._PingRequest -> cache_client._PingResponse
/control_client.ScsControl/CreateCache control_client._CreateCacheRequest -> control_client._CreateCacheResponse
/control_client.ScsControl/DeleteCache control_client._DeleteCacheRequest -> control_client._DeleteCacheResponse
/control_client.ScsControl/ListCaches control_client._ListCachesRequest -> control_client._ListCachesResponse
/control_client.ScsControl/FlushCache control_client._FlushCacheRequest -> control_client._FlushCacheResponse
/control_client.ScsControl/CreateSigningKey control_client._CreateSigningKeyRequest -> control_client._CreateSigningKeyResponse
/control_client.ScsControl/RevokeSigningKey control_client._RevokeSigningKeyRequest -> control_client._RevokeSigningKeyResponse
/control_client.ScsControl/ListSigningKeys control_client._ListSigningKeysRequest -> control_client._ListSigningKeysResponse
/auth.Auth/GenerateApiToken auth._GenerateApiTokenRequest -> auth._GenerateApiTokenResponse
/auth.Auth/RefreshApiToken auth._RefreshApiTokenRequest -> auth._RefreshApiTokenResponse
/auth.Auth/Login auth._LoginRequest -> stream auth._LoginResponse
/token.Token/GenerateDisposableToken token._GenerateDisposableTokenRequest -> token._GenerateDisposableTokenResponse
/global_admin.GlobalAdmin/GenerateGlobalApiKey global_admin._GenerateGlobalApiKeyRequest -> global_admin._GenerateGlobalApiKeyResponse
/global_admin.GlobalAdmin/ListGlobalApiKeys global_admin._ListGlobalApiKeysRequest -> stream global_admin.GlobalApiKey
/global_admin.GlobalAdmin/RevokeGlobalApiKey global_admin._RevokeGlobalApiKeyRequest -> global_admin._RevokeGlobalApiKeyResponse
/subito.Renewal/RenewToken subito.RenewTokenRequest -> subito.RenewTokenResponse
`;

const permissions = "permission_messages.PermissionsType";

export const expectedMessages = `
common._Empty{}
cache_client.pubsub._PublishRequest{1 cache_name:string, 2 topic:string, 3 value:cache_client.pubsub._TopicValue}
cache_client.pubsub._SubscriptionRequest{1 cache_name:string, 2 topic:string, 3 resume_at_topic_sequence_number:uint64, 4 sequence_page:uint64}
cache_client.pubsub._SubscriptionItem{oneof kind(1 item:cache_client.pubsub._TopicItem, 2 discontinuity:cache_client.pubsub._Discontinuity, 3 heartbeat:cache_client.pubsub._Heartbeat)}
cache_client.pubsub._TopicItem{1 topic_sequence_number:uint64, 2 value:cache_client.pubsub._TopicValue, 3 publisher_id:string, 4 sequence_page:uint64}
cache_client.pubsub._TopicValue{oneof kind(1 text:string, 2 binary:bytes)}
cache_client.pubsub._Discontinuity{1 last_topic_sequence:uint64, 2 new_topic_sequence:uint64, 3 new_sequence_page:uint64}
cache_client.pubsub._Heartbeat{}
cache_client._PingRequest{}
cache_client._PingResponse{}
control_client._CreateCacheRequest{1 cache_name:string}
control_client._CreateCacheResponse{}
control_client._DeleteCacheRequest{1 cache_name:string}
control_client._DeleteCacheResponse{}
control_client._FlushCacheRequest{1 cache_name:string}
control_client._FlushCacheResponse{}
control_client._ListCachesRequest{1 next_token:string}
control_client._ListCachesResponse{1 cache:control_client._Cache[], 2 next_token:string}
control_client._Cache{1 cache_name:string, 2 cache_limits:control_client._CacheLimits, 3 topic_limits:control_client._TopicLimits}
control_client._CacheLimits{1 max_traffic_rate:uint32, 2 max_throughput_kbps:uint32, 3 max_item_size_kb:uint32, 4 max_ttl_seconds:uint64}
control_client._TopicLimits{1 max_publish_rate:uint32, 2 max_subscription_count:uint32, 3 max_publish_message_size_kb:uint32}
control_client._CreateSigningKeyRequest{1 ttl_minutes:uint32}
control_client._CreateSigningKeyResponse{1 key:string, 2 expires_at:uint64}
control_client._RevokeSigningKeyRequest{1 key_id:string}
control_client._RevokeSigningKeyResponse{}
control_client._ListSigningKeysRequest{1 next_token:string}
control_client._ListSigningKeysResponse{1 signing_key:control_client._SigningKey[], 2 next_token:string}
control_client._SigningKey{1 key_id:string, 2 expires_at:uint64}
auth._GenerateApiTokenRequest{oneof expiry(1 never:auth._GenerateApiTokenRequest.Never, 2 expires:auth._GenerateApiTokenRequest.Expires), 3 auth_token:string, 4 permissions:permission_messages.Permissions, 5 token_id:string, 6 description:string}
auth._GenerateApiTokenRequest.Never{}
auth._GenerateApiTokenRequest.Expires{1 valid_for_seconds:uint32}
auth._GenerateApiTokenResponse{1 api_key:string, 2 refresh_token:string, 3 endpoint:string, 4 valid_until:uint64}
auth._RefreshApiTokenRequest{1 api_key:string, 2 refresh_token:string}
auth._RefreshApiTokenResponse{1 api_key:string, 2 refresh_token:string, 3 endpoint:string, 4 valid_until:uint64}
auth._LoginRequest{}
auth._LoginResponse{oneof state(1 direct_browser:auth._LoginResponse.DirectBrowser, 2 logged_in:auth._LoginResponse.LoggedIn, 3 message:auth._LoginResponse.Message, 4 error:auth._LoginResponse.Error)}
auth._LoginResponse.DirectBrowser{1 url:string}
auth._LoginResponse.LoggedIn{1 session_token:string, 2 valid_for_seconds:uint32}
auth._LoginResponse.Message{1 text:string}
auth._LoginResponse.Error{1 description:string}
token._GenerateDisposableTokenRequest{1 expires:token._GenerateDisposableTokenRequest.Expires, 2 auth_token:string, 3 permissions:permission_messages.Permissions, 4 token_id:string}
token._GenerateDisposableTokenRequest.Expires{1 valid_for_seconds:uint32}
token._GenerateDisposableTokenResponse{1 api_key:string, 2 endpoint:string, 3 valid_until:uint64}
global_admin._GenerateGlobalApiKeyRequest{1 role_id:string, 2 description:string, oneof expiry(3 never:global_admin._GenerateGlobalApiKeyRequest.Never, 4 expires:global_admin._GenerateGlobalApiKeyRequest.Expires)}
global_admin._GenerateGlobalApiKeyRequest.Never{}
global_admin._GenerateGlobalApiKeyRequest.Expires{1 expiration_epoch_seconds:uint64}
global_admin.GlobalApiKey{1 key_id:string, 2 account_id:string, 3 description:string, 4 role_id:string, 5 expires_at_epoch_seconds:uint64, 6 issued_at_epoch_seconds:uint64}
global_admin._GenerateGlobalApiKeyResponse{1 api_key:string, 2 key_info:global_admin.GlobalApiKey}
global_admin._ListGlobalApiKeysRequest{}
global_admin._RevokeGlobalApiKeyRequest{1 key_id:string}
global_admin._RevokeGlobalApiKeyResponse{}
subito.RenewTokenRequest{1 token:string}
subito.RenewTokenResponse{1 renewed:uint32, 2 valid_until:uint64}
permission_messages.Permissions{oneof kind(1 super_user:permission_messages.SuperUserPermissions, 2 explicit:permission_messages.ExplicitPermissions)}
permission_messages.ExplicitPermissions{1 permissions:${permissions}[]}
${permissions}{oneof kind(1 cache_permissions:${permissions}.CachePermissions, 2 topic_permissions:${permissions}.TopicPermissions, 3 function_permissions:${permissions}.FunctionPermissions)}
${permissions}.All{}
${permissions}.CacheSelector{oneof kind(1 cache_name:string)}
${permissions}.CacheItemSelector{oneof kind(1 key:bytes, 2 key_prefix:bytes)}
${permissions}.CachePermissions{1 role:permission_messages.CacheRole, oneof cache(2 all_caches:${permissions}.All, 3 cache_selector:${permissions}.CacheSelector), oneof cache_item(4 all_items:${permissions}.All, 5 item_selector:${permissions}.CacheItemSelector)}
${permissions}.TopicSelector{oneof kind(1 topic_name:string, 2 topic_name_prefix:string)}
${permissions}.TopicPermissions{1 role:permission_messages.TopicRole, oneof cache(2 all_caches:${permissions}.All, 3 cache_selector:${permissions}.CacheSelector), oneof topic(4 all_topics:${permissions}.All, 5 topic_selector:${permissions}.TopicSelector)}
${permissions}.FunctionSelector{oneof kind(1 function_name:string, 2 function_name_prefix:string)}
${permissions}.FunctionPermissions{1 role:permission_messages.FunctionRole, oneof cache(2 all_caches:${permissions}.All, 3 cache_selector:${permissions}.CacheSelector), oneof function(4 all_functions:${permissions}.All, 5 function_selector:${permissions}.FunctionSelector)}
`;

export const expectedEnums = `
permission_messages.SuperUserPermissions{SuperUser 0}
permission_messages.CacheRole{CachePermitNone 0, CacheReadWrite 1, CacheReadOnly 2, CacheWriteOnly 3}
permission_messages.TopicRole{TopicPermitNone 0, TopicReadWrite 1, TopicReadOnly 2, TopicWriteOnly 3}
permission_messages.FunctionRole{FunctionPermitNone 0, FunctionInvoke 1}
`;
