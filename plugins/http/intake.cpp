// SPDX-License-Identifier: Apache-2.0
#include "intake.hpp"

#include <array>

#include "junctor/http_text.hpp"

namespace junctor::http {
namespace {

std::string allow_of(uint32_t methods) {
  constexpr std::array<std::pair<uint32_t, std::string_view>, 5> kNames{{{JCT_HTTP_GET, "GET, HEAD"},
                                                                         {JCT_HTTP_POST, "POST"},
                                                                         {JCT_HTTP_PUT, "PUT"},
                                                                         {JCT_HTTP_DELETE, "DELETE"},
                                                                         {JCT_HTTP_PATCH, "PATCH"}}};
  std::string out;
  for (const auto& [bit, name] : kNames) {
    if ((methods & bit) != 0) out.append(name).append(", ");
  }
  return out + "OPTIONS";
}

/// The prefix comes off whole segments alone.
std::string_view strip(std::string_view path, const std::string& prefix) {
  const bool has = !prefix.empty() && path.substr(0, prefix.size()) == prefix &&
                   (path.size() == prefix.size() || path[prefix.size()] == '/');
  if (!has) return path;
  return path.size() == prefix.size() ? std::string_view{"/"} : path.substr(prefix.size());
}

Response redirect_to_https(const Head& head, const Origin& origin) {
  std::string_view host = origin.host;
  const size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) host = host.substr(0, colon);
  if (host.empty()) return own_response(400, head.path, "expected a Host header");
  Response response = own_response(308, head.path, "this is served over https");
  std::string target = "https://" + std::string{host} + std::string{head.path};
  if (!head.query.empty()) target.append("?").append(head.query);
  response.set("Location", std::move(target));
  return response;
}

/// OPTIONS of a path, or of the whole server.
Response options_answer(uint32_t methods) {
  Response response{204, {}, {}};
  response.set("Allow", allow_of(methods));
  return response;
}

void fill(OpenExchange& exchange, const Router::Match& match, const Origin& origin, const Way& way,
          std::string_view path, std::string_view prefix) {
  const Head& head = exchange.reading->head();
  exchange.decoded.reserve(match.parameters.size());
  for (const auto& [name, raw] : match.parameters) {
    exchange.decoded.push_back(percent_decoded(raw).value_or(std::string{raw}));
    exchange.parameters.push_back({str(name), str(exchange.decoded.back())});
  }
  jct_http_request& request = exchange.request;
  request.size = sizeof request;
  request.flags = way.flags & ~JCT_HTTP_TLS;
  if (origin.scheme == "https") request.flags |= JCT_HTTP_TLS;
  if (origin.proxied) request.flags |= JCT_HTTP_PROXIED;
  request.method = head.method;
  request.loop = exchange.loop;
  request.client = origin.client;
  request.local = way.local;
  request.path = str(path);
  request.query = str(head.query);
  request.route = str(exchange.route->pattern);
  request.scheme = str(origin.scheme);
  request.host = str(origin.host);
  request.prefix = str(prefix);
  request.parameters = exchange.parameters.data();
  request.parameter_count = exchange.parameters.size();
  request.headers = head.fields.data();
  request.header_count = head.fields.size();
}

/// Signalling serves what clients call there, whole bodies both ways.
bool through_signalling(const Route& route) {
  constexpr uint32_t kOther = JCT_HTTP_ROUTE_DIRECT | JCT_HTTP_ROUTE_PIECES;
  return (route.flags & kOther) == 0 && route.pattern.compare(0, 5, "/api/") == 0;
}

}  // namespace

Admitted admit(Core& core, LoopState& loop, std::unique_ptr<Reading>& reading, const Way& way) {
  const Head& head = reading->head();
  const Origin origin = loop.settings.proxies.origin(head, way.peer, (way.flags & JCT_HTTP_TLS) != 0);
  if (!origin.unread.empty()) core.traffic.unread(origin.unread, way.peer);
  const std::string_view path = strip(head.path, loop.settings.strip_prefix);
  const std::string_view prefix = path.size() == head.path.size() ? std::string_view{} : loop.settings.strip_prefix;
  if (path == "*") return {nullptr, options_answer(~0U)};
  const uint32_t wanted = head.method == JCT_HTTP_HEAD ? JCT_HTTP_GET : head.method;
  const Router* router = core.router(loop, way.scope);
  Router::Match match = router == nullptr ? Router::Match{} : router->find(wanted, path);
  const bool signal = (way.flags & JCT_HTTP_SIGNAL) != 0;
  if (signal && match.route != nullptr && !through_signalling(**match.route)) match = {};
  if (way.redirects && (match.route == nullptr || ((*match.route)->flags & JCT_HTTP_ROUTE_CHALLENGE) == 0)) {
    return {nullptr, redirect_to_https(head, origin)};
  }
  if (match.route == nullptr && head.method == JCT_HTTP_OPTIONS && match.allowed != 0) {
    return {nullptr, options_answer(match.allowed)};
  }
  if (match.route == nullptr && match.allowed != 0) {
    core.traffic.refused(Refusal::kMethod, origin.client, path);
    Response response = own_response(405, path);
    response.set("Allow", allow_of(match.allowed));
    return {nullptr, std::move(response)};
  }
  if (match.route == nullptr) {
    core.traffic.refused(Refusal::kNotFound, origin.client, path);
    return {nullptr, own_response(loop.draining ? 503 : 404, path)};
  }
  if (core.exchanges.count() >= loop.settings.max_exchanges) {
    core.traffic.refused(Refusal::kBusy, origin.client, path);
    Response response = own_response(503, path);
    response.set("Retry-After", "5");
    return {nullptr, std::move(response)};
  }
  if (Core::is_api(path) && core.denies(origin.client)) {
    core.traffic.refused(Refusal::kDenied, origin.client, path);
    return {nullptr, own_response(403, path, "this server does not serve your network")};
  }
  auto exchange = std::make_shared<OpenExchange>();
  exchange->loop = core.host.current_loop();
  exchange->route = *match.route;
  exchange->reading = std::move(reading);
  exchange->begun_ns = static_cast<uint64_t>(core.host.now().count());
  fill(*exchange, match, origin, way, path, prefix);
  return {std::move(exchange), {}};
}

Response fault_answer(Fault fault) {
  switch (fault) {
    case Fault::kTooManyFields:
      return own_response(431, "/", "too many header fields");
    case Fault::kCoding:
      return own_response(501, "/", "expected no transfer coding, or chunked");
    case Fault::kVersion:
      return own_response(505, "/", "expected HTTP/1.1 or HTTP/1.0");
    case Fault::kHost:
      return own_response(400, "/", "expected one Host header");
    case Fault::kTarget:
      return own_response(400, "/", "expected a path without dot segments");
    default:
      return own_response(400, "/", "expected an HTTP/1.1 request");
  }
}

void finish_answer(const OpenExchange& exchange, const LoopState& loop, Response* response) {
  const Head& head = exchange.reading->head();
  apply_conditions(head, response);
  const bool may = loop.settings.gzip_min != 0 && response->body.size() >= loop.settings.gzip_min &&
                   response->body.size() <= loop.settings.gzip_max && (exchange.request.flags & JCT_HTTP_SIGNAL) == 0 &&
                   !response->header("content-encoding") && !response->header("content-range") &&
                   is_text_type(response->header("content-type").value_or(""));
  if (!may || exchange.route->files) return;
  response->set("Vary", "Accept-Encoding");
  if (!accepts_coding(head, "gzip")) return;
  if (auto smaller = gzipped(response->body)) {
    response->body = std::move(*smaller);
    response->set("Content-Encoding", "gzip");
    // The same text in another coding is another representation.
    for (auto& [name, value] : response->headers) {
      if (same_text(name, "etag") && value.substr(0, 2) != "W/") value.insert(0, "W/");
    }
  }
}

void account(const Host& host, const OpenExchange& exchange, uint32_t status) {
  Route& route = *exchange.route;
  route.served.fetch_add(1, std::memory_order_relaxed);
  if (status >= 500) route.failed.fetch_add(1, std::memory_order_relaxed);
  const uint64_t spent = static_cast<uint64_t>(host.now().count()) - exchange.begun_ns;
  route.spent_ns.fetch_add(spent, std::memory_order_relaxed);
  uint64_t slowest = route.slowest_ns.load(std::memory_order_relaxed);
  while (spent > slowest && !route.slowest_ns.compare_exchange_weak(slowest, spent, std::memory_order_relaxed)) {
  }
}

}  // namespace junctor::http
