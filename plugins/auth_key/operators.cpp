// SPDX-License-Identifier: Apache-2.0
// peers waiting|approve|reject, block, unblock, blocked. One thread at a time.
#include "auth_key/operators.hpp"

#include <algorithm>
#include <charconv>
#include <junctor/command_json.hpp>

#include "auth_key/claim.hpp"

namespace junctor::auth {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;
using Words = Operators::Words;

constexpr size_t kRowsPerPage = 100;
constexpr size_t kMaxId = 100;
constexpr size_t kMaxText = 500;

Plan wrong(std::string text) {
  Plan plan;
  plan.error = std::move(text);
  return plan;
}

Object::Ptr object() { return new Object{Poco::JSON_PRESERVE_KEY_ORDER}; }

template <class Number>
std::optional<Number> parse_number(const std::string& text, const char** rest) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  *rest = end;
  return number;
}

/// [page N], from 1 on; 0 where it is something else.
size_t page_of(const Words& words) {
  if (words.empty()) return 1;
  if (words.size() != 2 || words[0] != "page") return 0;
  const char* rest = "";
  const auto page = parse_number<size_t>(words[1], &rest);
  return page && *rest == '\0' && *page < SIZE_MAX / kRowsPerPage ? *page : 0;
}

/// One page of a list that may be long: rows are made for that page only, since requests wait meanwhile.
class Page {
 public:
  explicit Page(size_t number) : number_{number}, rows_{new Array} {}

  template <class Make>
  void add(Make&& make) {
    if (total_ / kRowsPerPage == number_ - 1) rows_->add(make());
    ++total_;
  }
  std::string text() const {
    Object answer{Poco::JSON_PRESERVE_KEY_ORDER};
    answer.set("rows", rows_);
    answer.set("total", static_cast<Poco::UInt64>(total_));
    answer.set("page", static_cast<Poco::UInt64>(number_));
    answer.set("pages", static_cast<Poco::UInt64>(std::max<size_t>(1, (total_ + kRowsPerPage - 1) / kRowsPerPage)));
    return command::text(answer);
  }

 private:
  size_t number_;
  size_t total_ = 0;
  Array::Ptr rows_;
};

/// fill(Page&)
template <class Fill>
Plan page_plan(const Words& words, const char* usage, Fill&& fill) {
  const size_t number = page_of(words);
  if (number == 0) return wrong(usage);
  Page page{number};
  fill(page);
  Plan plan;
  plan.answer = page.text();
  return plan;
}

bool is_id(const std::string& text) {
  const auto printable = [](unsigned char c) { return c > ' ' && c != 0x7f; };
  return !text.empty() && text.size() <= kMaxId && std::all_of(text.begin(), text.end(), printable);
}

int64_t seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

Object::Ptr row_of(const Waiting::Entry& entry, Duration now) {
  Object::Ptr row = object();
  row->set("id", entry.device.id);
  row->set("state", "waiting");
  row->set("fingerprint", std::string{fingerprint(entry.device.claim)});
  row->set("address", entry.device.address.text());
  row->set("first_s", seconds(now - entry.first));
  row->set("last_s", seconds(now - entry.last));
  return row;
}

Object::Ptr row_of(const std::string& id, const Ruling& ruling) {
  Object::Ptr row = object();
  row->set("id", id);
  row->set("state", ruling.approved ? "approved" : "rejected");
  row->set("fingerprint", std::string{fingerprint(ruling.claim)});
  row->set("address", "");
  return row;
}

/// "for DURATION", where it stands there, is taken from the words. 0: for good; nothing: no duration.
std::optional<int64_t> take_duration(Words& words) {
  if (words.empty() || words[0] != "for") return 0;
  const auto taken = words.size() < 2 ? std::nullopt : parse_seconds(words[1]);
  if (taken) words.erase(words.begin(), words.begin() + 2);
  return taken;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Object::Ptr row_of(const Target& target, const Block& block, int64_t now) {
  Object::Ptr row = object();
  row->set("blocked", target.text());
  row->set("kind", target.network ? "network" : "id");
  row->set("text", block.text);
  row->set("since_s", now - block.since);
  row->set("left_s", block.until == 0 ? "" : std::to_string(block.until - now));
  return row;
}

/// Nothing where the word is none of what the command knows.
std::optional<Target> target_of(const std::string& word, Operators::What what) {
  const Target target = what == Operators::What::kIds ? Target{std::nullopt, word} : Target::parse(word);
  return target.network || is_id(word) ? std::optional{target} : std::nullopt;
}

}  // namespace

std::optional<int64_t> parse_seconds(const std::string& text) {
  constexpr int64_t kMost = 10LL * 366 * 24 * 3600;
  const char* rest = "";
  const auto number = parse_number<int64_t>(text, &rest);
  const std::string unit = rest;
  const int64_t scale = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 24 * 3600 : 0;
  if (!number || scale == 0 || *number < 1 || *number > kMost / scale) return std::nullopt;
  return *number * scale;
}

Plan Operators::waiting(const Words& words) const {
  return page_plan(words, "expected: peers waiting [page N]", [this](Page& page) {
    for (const Waiting::Entry& entry : state_.admission.waiting().entries()) {
      page.add([&] { return row_of(entry, at_.now); });
    }
    for (auto at = state_.admission.rulings().begin(); at != state_.admission.rulings().end(); ++at) {
      page.add([&] { return row_of(at->first, at->second); });
    }
  });
}

std::string Operators::claim_for(const std::string& id, const std::string& print, std::string* error) const {
  std::vector<std::string> claims;
  for (const Waiting::Entry& entry : state_.admission.waiting().of(id)) claims.push_back(entry.device.claim);
  const Ruling* before = state_.admission.ruling(id);
  if (claims.empty() && before != nullptr && !before->claim.empty()) claims.push_back(before->claim);
  if (!print.empty()) {
    std::erase_if(claims, [&](const std::string& claim) { return fingerprint(claim) != print; });
    if (claims.empty()) *error = "no device with the fingerprint " + print + " waits as " + id;
  } else if (claims.size() > 1) {
    *error =
        std::to_string(claims.size()) + " devices wait as " + id + "; say which: ID FINGERPRINT (see peers waiting)";
  }
  return claims.empty() || !error->empty() ? std::string{} : claims[0];
}

Plan Operators::rule(const Words& words, bool approved) const {
  const std::string verb = approved ? "approve" : "reject";
  if (words.empty() || words.size() > 2 || !is_id(words[0]))
    return wrong("expected: peers " + verb + " ID [FINGERPRINT]");
  const std::string& id = words[0];
  Plan plan;
  const Ruling ruling{approved, claim_for(id, words.size() == 2 ? words[1] : "", &plan.error), at_.since};
  if (!plan.error.empty()) return plan;
  if (full() && state_.admission.ruling(id) == nullptr) return wrong("max_kept is reached; nothing has changed");
  plan.change = to_keep(id, ruling);
  plan.event = approved ? "auth.approved" : "auth.rejected";
  plan.about.id = id;
  Object::Ptr answer = row_of(id, ruling);
  answer->remove("address");
  answer->set("holds_for", ruling.claim.empty() ? "the first device that asks" : "this device");
  plan.answer = command::text(*answer);
  return plan;
}

Plan Operators::block(const Words& words, What what) const {
  const auto usage = [&] {
    return wrong(what == What::kIds ? "expected: peers block ID [for DURATION] [TEXT]"
                                    : "expected: block ID|ADDRESS|NETWORK [for DURATION] [TEXT]");
  };
  const auto target = words.empty() ? std::nullopt : target_of(words[0], what);
  if (!target) return usage();
  Words rest{words.begin() + 1, words.end()};
  const auto lasts = take_duration(rest);
  const Block block{joined(rest), at_.since, lasts.value_or(0) == 0 ? 0 : at_.since + lasts.value_or(0)};
  if (!lasts) return wrong("for how long? for 90s, 15m, 2h, 7d");
  if (block.text.size() > kMaxText) return wrong("the text is longer than " + std::to_string(kMaxText) + " bytes");
  if (full() && !state_.blocks.has(*target)) return wrong("max_kept is reached; nothing has changed");
  Plan plan;
  plan.change = to_keep(*target, block);
  plan.event = "auth.blocked";
  plan.lasts_s = lasts.value_or(0);
  plan.about = *target;
  plan.answer = command::text(*row_of(*target, block, at_.since));
  return plan;
}

Plan Operators::unblock(const Words& words, What what) const {
  const std::string usage = what == What::kIds ? "peers unblock ID" : "unblock ID|ADDRESS|NETWORK";
  const auto target = words.size() == 1 ? target_of(words[0], what) : std::nullopt;
  if (!target) return wrong("expected: " + usage);
  if (!state_.blocks.has(*target)) return wrong(target->text() + " is not blocked");
  Plan plan;
  plan.change = to_forget(*target);
  plan.event = "auth.unblocked";
  plan.about = *target;
  Object::Ptr answer = object();
  answer->set("unblocked", target->text());
  plan.answer = command::text(*answer);
  return plan;
}

Plan Operators::blocked(const Words& words, What what) const {
  const char* usage = what == What::kIds ? "expected: peers blocked [page N]" : "expected: blocked [page N]";
  return page_plan(words, usage, [&](Page& page) {
    state_.blocks.each([&](const Target& target, const Block& block) {
      const bool shown = block.holds(at_.since) && (what == What::kAll || !target.network);
      if (shown) page.add([&] { return row_of(target, block, at_.since); });
    });
  });
}

}  // namespace junctor::auth
