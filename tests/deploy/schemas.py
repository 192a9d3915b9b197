"""What APISIX and Istio accept, as JSON Schemas, of the parts that `deploy/` uses; whatever else is there is an error.

Written by hand from their documents (APISIX 3: Route, Upstream, Plugin Config, SSL and the plugins' attributes; Istio
1.2x: networking/v1 and security/v1). Both accept more than this.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

WORDS: Json = {"type": "string", "minLength": 1}
FLAG: Json = {"type": "boolean"}


def whole(least: int, most: int = 2**31) -> Json:
    return {"type": "integer", "minimum": least, "maximum": most}


def number_above(least: float) -> Json:
    return {"type": "number", "exclusiveMinimum": least}


def several(item: Json, least: int = 1) -> Json:
    return {"type": "array", "items": item, "minItems": least, "uniqueItems": True}


def one_of(*words: str) -> Json:
    return {"enum": list(words)}


def thing(needed: str = "", **properties: Json) -> Json:
    """Nothing but these properties; those that are `needed`, with blanks between, must be there. `from__` is `from`."""
    return {"type": "object", "properties": {name.rstrip("_"): each for name, each in properties.items()},
            "required": needed.split(), "additionalProperties": False}


def mapping(value: Json) -> Json:
    return {"type": "object", "additionalProperties": value, "minProperties": 1}


# ---- APISIX

ID: Json = {"type": "string", "pattern": r"^[a-zA-Z0-9_.-]{1,64}$"}
HOST: Json = {"type": "string", "pattern": r"^\*?[0-9a-zA-Z._-]+$"}
METHOD = one_of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE")
STATUS = whole(200, 599)
TIMEOUT = thing("connect send read", connect=number_above(0), send=number_above(0), read=number_above(0))
LIMITED_BY: dict[str, Json] = {
    "key": WORDS, "key_type": one_of("var", "var_combination"), "rejected_code": STATUS, "rejected_msg": WORDS,
    "policy": one_of("local"), "allow_degradation": FLAG}

PLUGINS: Json = {
    **thing(),
    "properties": {
        "limit-conn": thing("conn burst default_conn_delay key", conn=whole(1), burst=whole(0),
                            default_conn_delay=number_above(0), only_use_default_delay=FLAG, **LIMITED_BY),
        "limit-req": thing("rate burst key", rate=number_above(0), burst={"type": "number", "minimum": 0}, nodelay=FLAG,
                           **LIMITED_BY),
        "prometheus": thing(prefer_name=FLAG),
        "client-control": thing(max_body_size=whole(0)),
        "request-id": thing(header_name=WORDS, include_in_response=FLAG,
                            algorithm=one_of("uuid", "nanoid", "range_id", "ksuid")),
        "fault-injection": thing(abort=thing("http_status", http_status=whole(200), body=WORDS,
                                             percentage=whole(0, 100))),
        "proxy-rewrite": thing(uri=WORDS, method=METHOD, host=WORDS, headers=thing(
            set=mapping(WORDS), add=mapping(WORDS), remove=several(WORDS))),
    }}

HEALTH = thing("active", active=thing(
    "http_path", type=one_of("http", "https", "tcp"), http_path={"type": "string", "pattern": "^/"},
    timeout=number_above(0), concurrency=whole(1), host=HOST, port=whole(1, 65535),
    healthy=thing(interval=whole(1), successes=whole(1, 254), http_statuses=several(STATUS)),
    unhealthy=thing(interval=whole(1), http_failures=whole(1, 254), tcp_failures=whole(1, 254), timeouts=whole(1, 254),
                    http_statuses=several(STATUS))))

UPSTREAM = thing(
    "id type nodes", id=ID, name=WORDS, type=one_of("chash", "roundrobin", "ewma", "least_conn"),
    scheme=one_of("http", "https", "grpc", "grpcs", "tcp", "tls", "udp", "kafka"),
    nodes={"type": "object", "minProperties": 1, "additionalProperties": False,
           "patternProperties": {r"^[0-9a-zA-Z._-]+:\d{1,5}$": whole(0)}},
    retries=whole(0), retry_timeout={"type": "number", "minimum": 0}, timeout=TIMEOUT, checks=HEALTH,
    pass_host=one_of("pass", "node", "rewrite"),
    keepalive_pool=thing(size=whole(1), idle_timeout={"type": "number", "minimum": 0}, requests=whole(1)))

ROUTE: Json = {
    **thing("id upstream_id", id=ID, name={**WORDS, "maxLength": 100}, desc=WORDS, priority={"type": "integer"},
            uri={**WORDS, "pattern": "^/"}, uris=several({**WORDS, "pattern": "^/"}), methods=several(METHOD),
            hosts=several(HOST), timeout=TIMEOUT, plugins=PLUGINS, plugin_config_id=ID, upstream_id=ID,
            enable_websocket=FLAG, status=whole(0, 1)),
    "oneOf": [{"required": ["uri"]}, {"required": ["uris"]}]}

SECRET: Json = {"anyOf": [{"type": "string", "minLength": 128}, {"type": "string", "pattern": r"^\$(ENV|secret)://.+"}]}

APISIX = thing(
    "routes upstreams", upstreams=several(UPSTREAM), routes=several(ROUTE),
    plugin_configs=several(thing("id plugins", id=ID, desc=WORDS, plugins=PLUGINS)),
    ssls=several(thing("id cert key snis", id=ID, snis=several(HOST), cert=SECRET, key=SECRET,
                       ssl_protocols=several(one_of("TLSv1.1", "TLSv1.2", "TLSv1.3")))))

# ---- Istio

SECONDS: Json = {"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|s|m|h))+$"}
META = thing("name namespace", name=WORDS, namespace=WORDS, labels=mapping(WORDS))
PATH = thing(exact=WORDS, prefix=WORDS, regex=WORDS) | {"minProperties": 1, "maxProperties": 1}
CHANGED = thing(set=mapping(WORDS), add=mapping(WORDS), remove=several(WORDS))
TO = thing("destination", destination=thing("host", host=WORDS, subset=WORDS,
                                            port=thing("number", number=whole(1, 65535))), weight=whole(0, 100))
RETRY_ON: Json = {"type": "string", "pattern": r"^[a-z0-9-]+(,[a-z0-9-]+)*$"}

GATEWAY = thing("servers", selector=mapping(WORDS), servers=several(thing(
    "port hosts", hosts=several(WORDS),
    port=thing("number name protocol", number=whole(1, 65535), name=WORDS,
               protocol=one_of("HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "MONGO", "TCP", "TLS")),
    tls=thing(httpsRedirect=FLAG, mode=one_of("PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL",
                                              "OPTIONAL_MUTUAL"), credentialName=WORDS,
              minProtocolVersion=one_of("TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3")))))
VIRTUAL_SERVICE = thing("hosts", hosts=several(WORDS), gateways=several(WORDS), http=several(thing(
    "route", name=WORDS, match=several(thing(name=WORDS, uri=PATH, method=PATH, ignoreUriCase=FLAG)), route=several(TO),
    timeout=SECONDS, headers=thing(request=CHANGED, response=CHANGED),
    retries=thing("attempts", attempts=whole(0), perTryTimeout=SECONDS, retryOn=RETRY_ON))))
DESTINATION_RULE = thing("host", host=WORDS, trafficPolicy=thing(
    loadBalancer=thing(simple=one_of("UNSPECIFIED", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST")),
    connectionPool=thing(
        tcp=thing(maxConnections=whole(1), connectTimeout=SECONDS, maxConnectionDuration=SECONDS,
                  tcpKeepalive=thing(probes=whole(1), time=SECONDS, interval=SECONDS)),
        http=thing(http1MaxPendingRequests=whole(0), http2MaxRequests=whole(0), maxRequestsPerConnection=whole(0),
                   maxRetries=whole(0), idleTimeout=SECONDS,
                   h2UpgradePolicy=one_of("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"))),
    outlierDetection=thing(splitExternalLocalOriginErrors=FLAG, consecutiveLocalOriginFailures=whole(0),
                           consecutive5xxErrors=whole(0), consecutiveGatewayErrors=whole(0), interval=SECONDS,
                           baseEjectionTime=SECONDS, maxEjectionPercent=whole(0, 100), minHealthPercent=whole(0, 100))))
AUTHORIZATION_POLICY = thing(
    selector=thing("matchLabels", matchLabels=mapping(WORDS)), action=one_of("ALLOW", "DENY", "AUDIT", "CUSTOM"),
    rules=several(thing(
        from__=several(thing("source", source=thing(namespaces=several(WORDS), principals=several(WORDS),
                                                    ipBlocks=several(WORDS)))),
        to=several(thing("operation", operation=thing(paths=several(WORDS), notPaths=several(WORDS),
                                                      methods=several(METHOD), hosts=several(WORDS)))))))

NETWORKING, SECURITY = "networking.istio.io/v1", "security.istio.io/v1"


def _resource(group: str, kind: str, spec: Json) -> Json:
    return thing("apiVersion kind metadata spec", apiVersion=one_of(group), kind=one_of(kind), metadata=META, spec=spec)


ISTIO: Json = {
    "Gateway": _resource(NETWORKING, "Gateway", GATEWAY),
    "VirtualService": _resource(NETWORKING, "VirtualService", VIRTUAL_SERVICE),
    "DestinationRule": _resource(NETWORKING, "DestinationRule", DESTINATION_RULE),
    "AuthorizationPolicy": _resource(SECURITY, "AuthorizationPolicy", AUTHORIZATION_POLICY)}
