// SPDX-License-Identifier: Apache-2.0
#include "procedure.hpp"

#include <Poco/JSON/Array.h>

#include <algorithm>

namespace junctor::acme {
namespace {

using Json = Authority::Json;

/// Between two looks at what the authority is doing, where it does not say.
constexpr int64_t kLook = 2;
constexpr int64_t kMostLook = 300;
constexpr int64_t kAtOnce = 1;
/// Of an account's list of orders: pages that are read, and orders that are looked at.
constexpr int kMostPages = 50;
constexpr ptrdiff_t kMostLooked = 20;

int64_t look_after(int64_t wait) { return wait <= 0 ? kLook : std::min(wait, kMostLook); }

const char* word_of(Way way) { return way == Way::kHttp ? "http-01" : "tls-alpn-01"; }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::vector<std::string> names_in(const Json& order) {
  std::vector<std::string> names;
  if (!order || !order->isArray("identifiers")) return names;
  const auto all = order->getArray("identifiers");
  for (unsigned i = 0; i < all->size(); ++i) names.push_back(text_at(all->getObject(i), "value"));
  std::sort(names.begin(), names.end());
  return names;
}

Json challenge_in(const Json& authorization, const char* type) {
  if (!authorization->isArray("challenges")) return nullptr;
  const auto all = authorization->getArray("challenges");
  for (unsigned i = 0; i < all->size(); ++i) {
    const Json one = all->getObject(i);
    if (text_at(one, "type") == type) return one;
  }
  return nullptr;
}

/// Of an authorization that came to nothing: what the authority says of its challenges.
std::string fault_in(const Json& authorization) {
  std::string text;
  if (!authorization->isArray("challenges")) return text;
  const auto all = authorization->getArray("challenges");
  for (unsigned i = 0; i < all->size(); ++i) {
    const Json one = all->getObject(i);
    if (!one || !one->isObject("error")) continue;
    text += (text.empty() ? "" : "; ") + problem_text(one->getObject("error"));
  }
  return text;
}

}  // namespace

std::string Wish::fingerprint() const {
  return directory_url + " " + joined(names) + " " + word_of(way) + (binding ? " " + binding->key_id : "");
}

Procedure::Procedure(Wish wish, State& state, Authority& authority, Stage& stage, Tell tell, std::function<bool()> stop)
    : wish_{std::move(wish)},
      state_{state},
      authority_{authority},
      stage_{stage},
      tell_{std::move(tell)},
      stop_{std::move(stop)} {}

void Procedure::check_stop() const {
  if (stop_()) throw Failure{"stopping", "the server stops"};
}

void Procedure::open_account() {
  if (account_) return;
  auto pem = state_.account_key();
  if (!pem) {
    pem = Key::make(KeyType::kP256).pem();
    state_.set_account_key(*pem);
  }
  const Key key = Key::from_pem(*pem);
  if (const auto url = state_.account_url()) {
    authority_.use_account(key, *url);
  } else {
    tell_("account", wish_.directory_url);
    state_.set_account_url(authority_.open_account(key, wish_.contacts, wish_.binding));
  }
  account_ = key;
}

/// An order may have been placed without our having heard where: it is looked for before another is placed.
std::string Procedure::order_of_before(const SavedOrder& saved) {
  std::vector<std::string> urls;
  std::string page = authority_.orders_url();
  for (int pages = 0; !page.empty() && pages < kMostPages; ++pages) {
    check_stop();
    const Authority::Reply list = authority_.read(page);
    if (!list.json || !list.json->isArray("orders")) break;
    const auto all = list.json->getArray("orders");
    for (unsigned i = 0; i < all->size(); ++i) urls.push_back(all->getElement<std::string>(i));
    page = list.next;
  }
  const auto stop_at = urls.rbegin() + std::min<ptrdiff_t>(static_cast<ptrdiff_t>(urls.size()), kMostLooked);
  for (auto url = urls.rbegin(); url != stop_at; ++url) {  // the newest are at the end
    check_stop();
    const Json order = authority_.read(*url).json;
    const std::string status = text_at(order, "status");
    if ((status == "pending" || status == "ready") && names_in(order) == saved.names) return *url;
  }
  return {};
}

SavedOrder Procedure::order() {
  auto saved = state_.order();
  if (saved && saved->names == wish_.names && !saved->url.empty()) return *saved;
  const bool unsure = saved && saved->names == wish_.names;
  if (!unsure) {
    saved = SavedOrder{wish_.names, "", Key::make(wish_.key_type).pem()};
    state_.set_order(*saved);
  }
  if (unsure) {
    try {
      saved->url = order_of_before(*saved);
    } catch (const Failure& e) {  // not every authority that names a list has one
      if (e.status == 0 || e.status >= 500 || e.status == 429) throw;
    }
  }
  if (saved->url.empty()) {
    tell_("order", joined(wish_.names));
    saved->url = authority_.new_order(wish_.names).location;
    if (saved->url.empty()) throw Failure{"bad_answer", "the authority took an order and did not say where it is"};
  }
  state_.set_order(*saved);
  return *saved;
}

std::optional<int64_t> Procedure::go_on() {
  check_stop();
  try {
    open_account();
    SavedOrder saved = order();
    check_stop();
    try {
      return look(saved, authority_.read(saved.url));
    } catch (const Failure& e) {
      // An order that it knows nothing of, or that has ended: the next try begins with another.
      const bool gone = e.status == 404 || e.status == 403 || e.reason == "challenge" || e.reason == "order";
      if (gone) {
        stage_.clear();
        state_.forget_order();
      }
      throw;
    }
  } catch (const Failure& e) {
    if (e.type == "accountDoesNotExist") state_.forget_account_url();
    throw;
  }
}

std::optional<int64_t> Procedure::look(SavedOrder& saved, const Authority::Reply& reply) {
  const std::string status = text_at(reply.json, "status");
  if (status == "pending") return authorize(reply);
  stage_.clear();
  if (status == "ready") {
    finalize(saved, reply.json);
    return kAtOnce;
  }
  if (status == "processing") return look_after(reply.wait);
  if (status == "valid") {
    take(saved, reply.json);
    return std::nullopt;
  }
  tell_end(reply.json, status);
}

/// Where it ended for a challenge, the authorization knows better than the order what was wrong.
void Procedure::tell_end(const Json& order, const std::string& status) {
  if (order && order->isArray("authorizations")) {
    const auto urls = order->getArray("authorizations");
    int64_t unused = 0;
    for (unsigned i = 0; i < urls->size(); ++i) {
      const Authority::Reply one = authority_.read(urls->getElement<std::string>(i));
      if (text_at(one.json, "status") == "invalid") authorized(urls->getElement<std::string>(i), &unused);
    }
  }
  std::string why = order && order->isObject("error") ? problem_text(order->getObject("error")) : "";
  if (why.empty()) why = "the order is " + (status.empty() ? std::string{"of no status"} : status);
  throw Failure{"order", why};
}

std::optional<int64_t> Procedure::authorize(const Authority::Reply& reply) {
  if (!reply.json->isArray("authorizations")) throw Failure{"bad_answer", "an order without authorizations"};
  const auto urls = reply.json->getArray("authorizations");
  int64_t wait = reply.wait;
  for (unsigned i = 0; i < urls->size(); ++i) {
    check_stop();
    authorized(urls->getElement<std::string>(i), &wait);
  }
  return look_after(wait);
}

bool Procedure::authorized(const std::string& url, int64_t* wait) {
  const Authority::Reply reply = authority_.read(url);
  const std::string status = text_at(reply.json, "status");
  if (status == "valid") return true;
  *wait = std::max(*wait, reply.wait);
  const std::string name =
      reply.json && reply.json->isObject("identifier") ? text_at(reply.json->getObject("identifier"), "value") : "";
  if (status != "pending") {
    const std::string why = reply.json ? fault_in(reply.json) : "";
    throw Failure{"challenge", name + ": " + (why.empty() ? "the authorization is " + status : why)};
  }
  const Json challenge = challenge_in(reply.json, word_of(wish_.way));
  if (!challenge) throw Failure{"challenge", name + ": the authority offers no " + word_of(wish_.way)};
  answer(challenge, name);
  return false;
}

/// Again where the authority is at it already: after a kill nobody else would show the answer.
void Procedure::answer(const Json& challenge, const std::string& name) {
  const std::string token = text_at(challenge, "token");
  if (token.empty()) throw Failure{"bad_answer", "a challenge without a token"};
  const std::string authorization = token + "." + thumbprint_of(*account_);
  if (wish_.way == Way::kHttp) {
    stage_.show_token(token, authorization);
  } else {
    stage_.show_certificate(name, authorization);
  }
  if (text_at(challenge, "status") != "pending") return;
  tell_("challenge", std::string{word_of(wish_.way)} + " " + name);
  authority_.post(text_at(challenge, "url"), "{}");
}

void Procedure::finalize(const SavedOrder& saved, const Json& order) {
  check_stop();
  tell_("finalize", joined(saved.names));
  const std::string request = base64url(request_for(Key::from_pem(saved.key), saved.names));
  authority_.post(text_at(order, "finalize"), R"({"csr":")" + request + "\"}");
}

void Procedure::take(const SavedOrder& saved, const Json& order) {
  const std::string url = text_at(order, "certificate");
  if (url.empty()) throw Failure{"bad_answer", "a valid order without a certificate"};
  check_stop();
  const std::string chain = authority_.read(url).text;
  const Facts facts = facts_of(chain);
  if (facts.names != saved.names) {
    throw Failure{"order", "the certificate is for " + joined(facts.names) + " and not for " + joined(saved.names)};
  }
  state_.set_issued({saved.key, chain});
  state_.forget_order();
}

}  // namespace junctor::acme
