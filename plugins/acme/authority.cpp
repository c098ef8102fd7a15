// SPDX-License-Identifier: Apache-2.0
#include "authority.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <sstream>

namespace junctor::acme {
namespace {

constexpr int kNonceTries = 8;
constexpr std::string_view kErrors = "urn:ietf:params:acme:error:";

Authority::Json json_of(const std::string& text) {
  try {
    return Poco::JSON::Parser{}.parse(text).extract<Authority::Json>();
  } catch (const Poco::Exception&) {
    return nullptr;
  }
}

std::string short_type(const Authority::Json& json) {
  const std::string type = text_at(json, "type");
  return type.compare(0, kErrors.size(), kErrors) == 0 ? type.substr(kErrors.size()) : type;
}

const char* reason_of(int status, const std::string& type) {
  if (type == "rateLimited" || status == 429) return "rate_limited";
  if (type == "unauthorized" || type == "accountDoesNotExist" || type == "externalAccountRequired")
    return "unauthorized";
  return status >= 500 ? "busy" : "refused";
}

[[noreturn]] void fail_with(const Response& response, const std::string& url, int64_t now) {
  const Authority::Json json = json_of(response.body);
  std::string detail = problem_text(json);
  if (detail.empty()) detail = url + " answered " + std::to_string(response.status);
  const std::string type = short_type(json);
  Failure failure{reason_of(response.status, type), detail, retry_after(response.header("retry-after"), now)};
  failure.status = response.status;
  failure.type = type;
  throw failure;
}

}  // namespace

std::string quoted(const std::string& text) {
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(text, out);
  return out.str();
}

std::string text_at(const Authority::Json& json, const char* name) {
  if (!json) return {};
  const auto value = json->get(name);
  return value.isString() ? value.extract<std::string>() : std::string{};
}

std::string problem_text(const Authority::Json& json) {
  std::string text = text_at(json, "detail");
  if (text.empty()) text = text_at(json, "type");
  if (!json || !json->isArray("subproblems")) return text;
  const auto parts = json->getArray("subproblems");
  for (unsigned i = 0; i < parts->size(); ++i) {
    const std::string part = text_at(parts->getObject(i), "detail");
    if (!part.empty()) text += "; " + part;
  }
  return text;
}

int64_t retry_after(const std::string& text, int64_t now) {
  if (text.empty()) return 0;
  constexpr size_t kDigits = 9;  // thirty years in seconds
  if (text.size() <= kDigits && text.find_first_not_of("0123456789") == std::string::npos) return std::stoll(text);
  Poco::DateTime time;
  int zone = 0;
  if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, text, time, zone)) return 0;
  return std::max<int64_t>(0, time.timestamp().epochTime() - now);
}

std::string next_link(const std::string& links) {
  const size_t rel = links.find("rel=\"next\"");
  if (rel == std::string::npos) return {};
  const size_t end = links.rfind('>', rel);
  const size_t begin = end == std::string::npos ? end : links.rfind('<', end);
  return begin == std::string::npos ? std::string{} : links.substr(begin + 1, end - begin - 1);
}

Authority::Authority(std::string directory_url, Transport transport, std::function<int64_t()> now)
    : directory_url_{std::move(directory_url)}, transport_{std::move(transport)}, now_{std::move(now)} {}

Response Authority::exchange(const Request& request) {
  Response response = transport_(request);
  const std::string nonce = response.header("replay-nonce");
  if (!nonce.empty()) nonce_ = nonce;
  return response;
}

const std::string& Authority::place(const char* name) {
  if (places_.empty()) {
    const Response response = exchange({"GET", directory_url_, ""});
    if (response.status != 200) fail_with(response, directory_url_, now_());
    const Json json = json_of(response.body);
    for (const char* one : {"newNonce", "newAccount", "newOrder"}) {
      const std::string url = text_at(json, one);
      if (url.empty()) throw Failure{"bad_answer", directory_url_ + " is no directory of ACME: it lacks " + one};
      places_[one] = url;
    }
  }
  return places_.at(name);
}

std::string Authority::take_nonce() {
  if (nonce_.empty()) {
    const std::string url = place("newNonce");
    if (nonce_.empty()) {
      const Response response = exchange({"HEAD", url, ""});
      if (nonce_.empty()) fail_with(response, url, now_());
    }
  }
  return std::exchange(nonce_, {});
}

std::string Authority::signed_body(const std::string& url, const std::string& payload, const std::string& kid,
                                   const std::string& jwk) {
  const std::string who = kid.empty() ? "\"jwk\":" + jwk : "\"kid\":" + quoted(kid);
  const std::string protected_text =
      R"({"alg":"ES256","nonce":)" + quoted(take_nonce()) + ",\"url\":" + quoted(url) + "," + who + "}";
  const std::string head = base64url(protected_text);
  const std::string body = base64url(payload);
  return R"({"protected":")" + head + R"(","payload":")" + body + R"(","signature":")" +
         base64url(sign_es256(*key_, head + "." + body)) + "\"}";
}

Authority::Reply Authority::signed_post(const std::string& url, const std::string& payload, const std::string& kid,
                                        const std::string& jwk) {
  for (int tried = 1;; ++tried) {
    const Response response = exchange({"POST", url, signed_body(url, payload, kid, jwk)});
    if (response.status >= 200 && response.status < 300) {
      return {json_of(response.body), response.body, response.header("location"),
              retry_after(response.header("retry-after"), now_()), next_link(response.header("link"))};
    }
    // A nonce may be too old, or of another of the authority's servers: it gives a fresh one with the refusal.
    if (tried < kNonceTries && short_type(json_of(response.body)) == "badNonce") continue;
    fail_with(response, url, now_());
  }
}

std::string Authority::open_account(const Key& key, const std::vector<std::string>& contacts,
                                    const std::optional<Binding>& binding) {
  key_ = key;
  const std::string url = place("newAccount");
  std::string payload = R"({"termsOfServiceAgreed":true)";
  if (!contacts.empty()) {
    std::string all;
    for (const std::string& one : contacts) all += (all.empty() ? "" : ",") + quoted(one);
    payload += ",\"contact\":[" + all + "]";
  }
  const std::string jwk = jwk_of(key);
  if (binding) {
    const std::string head =
        base64url(R"({"alg":"HS256","kid":)" + quoted(binding->key_id) + ",\"url\":" + quoted(url) + "}");
    const std::string body = base64url(jwk);
    payload += R"(,"externalAccountBinding":{"protected":")" + head + R"(","payload":")" + body + R"(","signature":")" +
               base64url(hmac_sha256(binding->key, head + "." + body)) + "\"}";
  }
  const Reply reply = signed_post(url, payload + "}", "", jwk);
  if (reply.location.empty()) throw Failure{"bad_answer", url + " made an account and did not say where"};
  kid_ = reply.location;
  return reply.location;
}

void Authority::use_account(const Key& key, std::string url) {
  key_ = key;
  kid_ = std::move(url);
}

Authority::Reply Authority::new_order(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names)
    all += (all.empty() ? "" : ",") + (R"({"type":"dns","value":)" + quoted(name) + "}");
  return post(place("newOrder"), "{\"identifiers\":[" + all + "]}");
}

std::string Authority::orders_url() { return text_at(read(kid_).json, "orders"); }

}  // namespace junctor::acme
