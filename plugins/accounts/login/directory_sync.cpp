// SPDX-License-Identifier: Apache-2.0
// Read who should be there, ask, judge, write in pieces between which others write.
#include "accounts/login/directory_sync.hpp"

#include <algorithm>
#include <utility>

#include "accounts/login/persons.hpp"
#include "accounts/store/identities.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

constexpr Duration kLook = std::chrono::minutes{1};
constexpr int64_t kIdentitiesMost = 1'000'000;
constexpr size_t kAtOnce = 200;

}  // namespace

struct DirectorySync::Run {
  ProviderInfo provider;
  bool release = false;
  Done done;
  Report report;
  std::vector<Link> identities;
  std::map<std::string, LoginPerson> persons;  // by subject

  /// nullptr: he has gone.
  const LoginPerson* person_of(const Link& identity) const {
    const auto at = persons.find(identity.subject);
    return at == persons.end() ? nullptr : &at->second;
  }
  bool is_gone(const Link& identity) const {
    const LoginPerson* person = person_of(identity);
    return person == nullptr || person->disabled;
  }
};

DirectorySync::DirectorySync(const Parts& parts)
    : parts_{parts},
      runs_{parts.host.counter("directory_syncs", nullptr, "comparisons with a directory that were finished")},
      stopped_{parts.host.counter("directory_syncs_stopped", nullptr, "comparisons that changed nothing, by a fault")},
      disabled_{parts.host.counter("directory_disabled", nullptr, "users disabled as they have gone from a directory")},
      brake_{parts.host.gauge("warning", "reason=directory_sync_brake", "1 while this about the site will hurt it")} {}

void DirectorySync::start() {
  timer_ = parts_.host.every(kLook, [this] { look(); });
}

/// One that is due; a provider that is new waits for its first period.
void DirectorySync::look() {
  for (const ProviderInfo& one : parts_.providers.all()) {
    if (one.sync_seconds <= 0) continue;
    const auto [at, is_new] = last_.emplace(one.name, parts_.host.now());
    if (is_new || running_ || parts_.host.now() - at->second < std::chrono::seconds{one.sync_seconds}) continue;
    at->second = parts_.host.now();
    return run(one, false, [](const Report&) {});
  }
}

void DirectorySync::run(const ProviderInfo& provider, bool release, Done done) {
  auto run = std::make_shared<Run>();
  run->provider = provider;
  run->release = release;
  run->done = std::move(done);
  if (running_) {
    run->report.refused = "another comparison is under way; try again when it has ended";
    return run->done(run->report);
  }
  running_ = true;
  parts_.store.read(
      [issuer = provider.issuer](const Sql& sql) { return identities_of_issuer(sql, issuer, kNoRef, kIdentitiesMost); },
      [this, run](Outcome<std::vector<Link>>& found) {
        if (!found) return finish(run, found.refused);
        run->identities = std::move(*found);
        ask(run);
      });
}

void DirectorySync::ask(const std::shared_ptr<Run>& run) {
  run->report.looked_for = run->identities.size();
  if (run->identities.empty()) return finish(run, {});
  std::vector<std::string> subjects;
  subjects.reserve(run->identities.size());
  for (const Link& one : run->identities) subjects.push_back(one.subject);
  parts_.providers.persons(run->provider, subjects,
                           [this, run](jct_status status, std::vector<LoginPerson> persons, const std::string& hint) {
                             if (status != JCT_OK) return finish(run, "the directory does not answer: " + hint);
                             judge(run, persons);
                           });
}

void DirectorySync::judge(const std::shared_ptr<Run>& run, const std::vector<LoginPerson>& persons) {
  for (const LoginPerson& one : persons) {
    if (one.issuer == run->provider.issuer) run->persons[one.subject] = one;
  }
  for (const Link& one : run->identities) run->report.gone += run->is_gone(one) ? 1 : 0;
  const size_t gone = run->report.gone;
  const size_t all = run->identities.size();
  // One alone of several is no landslide, however few they are.
  const bool too_many = gone * 100 > all * run->provider.sync_brake && (gone > 1 || all == 1);
  brake_.set(too_many && !run->release ? 1 : 0);
  if (too_many && !run->release) {
    const std::string why = std::to_string(gone) + " of " + std::to_string(all) +
                            " users are not in the directory any more, more than " +
                            std::to_string(run->provider.sync_brake) + " %";
    parts_.host.event(JCT_LOG_WARNING, "accounts.directory_sync_stopped",
                      {{"reason", "directory_sync_brake"},
                       {"provider", run->provider.name},
                       {"detail", why},
                       {"hint", "look at base, filter and the directory; junctorctl directory sync " +
                                    run->provider.name + " --release disables them"}});
    return finish(run, why + "; nobody was disabled");
  }
  change(run, 0);
}

void DirectorySync::change(const std::shared_ptr<Run>& run, size_t from) {
  if (from >= run->identities.size()) return finish(run, {});
  struct Changed {
    std::vector<User> disabled, left;  // left: the last administrator
  };
  parts_.store.write(
      [run, from](const Sql& sql, Touched& touched) {
        Changed changed;
        for (size_t i = from; i < std::min(run->identities.size(), from + kAtOnce); ++i) {
          // As it is now: he may have logged in, or been changed, meanwhile.
          const auto identity = identity_of(sql, run->identities[i].issuer, run->identities[i].subject);
          auto user = identity ? user_by_id(sql, identity->user) : std::nullopt;
          if (!user || !user->enabled()) continue;
          if (!run->is_gone(*identity)) {
            const LoginPerson& person = *run->person_of(*identity);
            if (person.refused.empty()) {
              apply_rules(sql, *identity, &*user, person, touched);
            } else {
              end_sessions_of(sql, user->id, kNoRef, LoginOwner::kTakeBack, touched);
            }
            continue;
          }
          try {
            set_user_status(sql, user->id, UserStatus::kDisabled, touched);
            changed.disabled.push_back(std::move(*user));
          } catch (const Refused&) {
            changed.left.push_back(std::move(*user));
          }
        }
        return changed;
      },
      [this, run, from](Outcome<Changed>& outcome) {
        if (!outcome) return finish(run, outcome.refused);
        for (const User& user : outcome->disabled) {
          disabled_.add();
          ++run->report.disabled;
          parts_.host.event(JCT_LOG_WARNING, "accounts.directory_disabled",
                            {{"user", user.name}, {"provider", run->provider.name}});
          if (parts_.disabled) parts_.disabled(user.id);
        }
        for (const User& user : outcome->left) {
          parts_.host.event(JCT_LOG_WARNING, "accounts.directory_left",
                            {{"user", user.name},
                             {"provider", run->provider.name},
                             {"hint", "he has gone from the directory, and is the last administrator"}});
        }
        change(run, from + kAtOnce);
      });
}

void DirectorySync::finish(const std::shared_ptr<Run>& run, const std::string& refused) {
  running_ = false;
  run->report.refused = refused;
  if (refused.empty()) {
    runs_.add();
    brake_.set(0);
  } else {
    stopped_.add();
  }
  parts_.host.info("accounts.directory_synced", {{"provider", run->provider.name},
                                                 {"looked_for", run->report.looked_for},
                                                 {"gone", run->report.gone},
                                                 {"disabled", run->report.disabled},
                                                 {"refused", refused}});
  run->done(run->report);
}

}  // namespace junctor::accounts
