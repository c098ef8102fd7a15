// SPDX-License-Identifier: Apache-2.0
// `junctorctl relay`. Lives on the home loop; the file is written on the pool.
#include "desk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <junctor/command_json.hpp>
#include <memory>
#include <utility>

namespace junctor::relay {
namespace {

constexpr size_t kMaxUses = 100;  // a table for a person
constexpr const char* kUsage =
    "expected `relay`, `relay limit total|session|address|id|group NAME RATE|default [--keep]`, `relay block|unblock "
    "ADDRESS|NETWORK|ID [--keep]`";

std::string path_of(const Config& config) { return config.data_dir() + "/" + config.instance() + "_changes"; }

Changes read(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  std::ifstream file{path};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) throw Error{JCT_E_IO, "cannot read " + path};
  return Changes::parse(text, path);
}

/// Whole or not at all, and on the disk when it answers true.
bool replace(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return false;
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  return written && std::rename(fresh.c_str(), path.c_str()) == 0;
}

/// Of its event: a block is of addresses where it reads as some (Changes::over).
const char* key_of(const std::string& who) { return wire::Network::parse(who) ? "network" : "id"; }

/// "--keep" among the words: taken out.
bool take_keep(std::vector<std::string>& words) {
  const auto at = std::find(words.begin(), words.end(), "--keep");
  if (at == words.end()) return false;
  words.erase(at);
  return true;
}

}  // namespace

void Desk::verify(const Config& config) { read(path_of(config)); }

Desk::Desk(const Host& host, Shared& shared, const Config& config, std::function<void()> changed)
    : host_{host},
      shared_{shared},
      path_{path_of(config)},
      changed_{std::move(changed)},
      now_{read(path_)},
      kept_{now_} {
  configure(rules_of(config));
}

void Desk::configure(Rules configured) {
  configured_ = std::move(configured);
  shared_.ledger.apply(now_.over(configured_));
}

void Desk::command(const std::vector<std::string>& all, Reply reply) {
  std::vector<std::string> words = all;
  const bool keep = take_keep(words);
  if (words.empty()) return show(reply);
  const std::string verb = words.front();
  if (verb == "limit") return limit({words.begin() + 1, words.end()}, keep, reply);
  if (verb == "block" && words.size() == 2) return block(words[1], keep, reply);
  if (verb == "unblock" && words.size() == 2) return unblock(words[1], reply);
  reply.fail(JCT_E_ARG, command::error(kUsage));
}

// ---- show ----

std::vector<LimitRow> Desk::limit_rows() const {
  const auto rules = shared_.ledger.rules();
  const auto now = static_cast<uint64_t>(std::max<int64_t>(shared_.rate_now, 0));
  const Quota& room = shared_.session_room;
  std::vector<LimitRow> rows{{"total", rules->total_rate, now, room.used(), room.limit()},
                             {"session", rules->rate, 0, 0, 0},
                             {"address", rules->address_rate, 0, 0, rules->address_sessions},
                             {"id", rules->id_rate, 0, 0, rules->id_sessions}};
  for (const Group& group : rules->groups)
    rows.push_back({"group " + group.name, group.rate, 0, 0, group.max_sessions});
  for (const Ledger::Use& use : shared_.ledger.uses(kMaxUses)) {
    const std::string name = use.kind + " " + use.name;
    auto at = std::find_if(rows.begin(), rows.end(), [&](const LimitRow& row) { return row.limit == name; });
    if (at == rows.end()) at = rows.insert(rows.end(), {name, use.rate, 0, 0, 0});
    at->now = static_cast<uint64_t>(std::max<int64_t>(use.bits_a_second, 0));
    at->sessions = use.sessions;
  }
  return rows;
}

void Desk::show(Reply reply) const {
  reply.ok(limits_json(limit_rows(), shared_.tickets.size(host_.now()), now_.blocks));
}

// ---- change ----

std::string Desk::limit_of(const std::vector<std::string>& words) const {
  static constexpr const char* kLimits[] = {"total", "session", "address", "id"};
  if (words.size() == 2 && std::find(std::begin(kLimits), std::end(kLimits), words[0]) != std::end(kLimits)) {
    return words[0];
  }
  if (words.size() != 3 || words[0] != "group") return {};
  const auto& groups = configured_.groups;
  const bool known = std::any_of(groups.begin(), groups.end(), [&](const Group& one) { return one.name == words[1]; });
  return known ? "group " + words[1] : std::string{};
}

void Desk::limit(const std::vector<std::string>& words, bool keep, Reply reply) {
  const std::string what = limit_of(words);
  if (what.empty()) return reply.fail(JCT_E_ARG, command::error(words.size() == 3 ? "no such group" : kUsage));
  const Decision decision{"relay.limit_changed", "limit", what, words.back()};
  if (words.back() == "default") {
    return apply(
        decision, [&](Changes& changes) { changes.rates.erase(what); }, keep, reply);
  }
  const auto rate = parse_rate(words.back());
  if (!rate) {
    return reply.fail(JCT_E_ARG,
                      command::error("expected a rate such as 128Mbit, 0 or default, got \"" + words.back() + "\""));
  }
  apply(
      decision, [&](Changes& changes) { changes.rates[what] = *rate; }, keep, reply);
}

void Desk::block(const std::string& who, bool keep, Reply reply) {
  if (who.empty() || who.size() > 256 || who.find('\n') != std::string::npos) {
    return reply.fail(JCT_E_ARG, command::error(kUsage));
  }
  apply(
      {"relay.blocked", key_of(who), who, {}}, [&](Changes& changes) { changes.blocks.insert(who); }, keep, reply);
}

/// Kept or not: it would come back with the next start.
void Desk::unblock(const std::string& who, Reply reply) {
  if (now_.blocks.count(who) == 0) return reply.fail(JCT_E_NOT_FOUND, command::error(who + " is not blocked here"));
  apply(
      {"relay.unblocked", key_of(who), who, {}}, [&](Changes& changes) { changes.blocks.erase(who); },
      kept_.blocks.count(who) != 0, reply);
}

void Desk::apply(const Decision& decision, const std::function<void(Changes&)>& change, bool keep, Reply reply) {
  if (keep && writing_) return reply.fail(JCT_E_AGAIN, command::error("another change is being kept; try again"));
  change(now_);
  shared_.ledger.apply(now_.over(configured_));
  changed_();
  if (keep) {
    change(kept_);
    return write(decision, reply);
  }
  tell(decision, false);
  reply.ok("{}");
}

void Desk::write(const Decision& decision, Reply reply) {
  writing_ = true;
  const auto done = std::make_shared<bool>(false);
  const jct_status status =
      host_.offload([path = path_, text = kept_.text(), done] { *done = replace(path, text); },
                    [this, decision, done, reply] {
                      writing_ = false;
                      tell(decision, *done);
                      if (*done) return reply.ok("{}");
                      reply.fail(JCT_E_IO, command::error("changed, but not kept: cannot write " + path_));
                    });
  if (status == JCT_OK) return;
  writing_ = false;
  tell(decision, false);
  reply.fail(status, command::error("changed, but not kept: the server is busy"));
}

void Desk::tell(const Decision& decision, bool kept) const {
  const Field about{decision.key, decision.about};
  const Field until{"kept", kept ? "stored" : "until the server ends"};
  if (decision.rate.empty()) return host_.event(JCT_LOG_INFO, decision.event, {about, until});
  host_.event(JCT_LOG_INFO, decision.event, {about, {"rate", decision.rate}, until});
}

}  // namespace junctor::relay
