// SPDX-License-Identifier: Apache-2.0
// The parts put together. Control thread and home loop.
#include "accounts/client_api/client_side.hpp"

#include <utility>

namespace junctor::accounts {
namespace {

constexpr Duration kTidy = std::chrono::hours{1};

}  // namespace

ClientSide::ClientSide(Host& host, Store& store, const Sealer& sealer, Settings settings,
                       std::function<void(std::string_view hash)> session_used)
    : host_{host},
      store_{store},
      settings_{std::make_shared<const Settings>(std::move(settings))},
      feed_{roster_,
            settings_->feed,
            {[this] { rights_.taken_back(); },
             [this](const std::string& id) {
               if (drop_peer_) drop_peer_(id);
             }}},
      grants_{settings_->grants},
      refs_{settings_->refs},
      nonces_{settings_->nonces},
      conns_{settings_->conns},
      rights_{host, {roster_, grants_, refs_, store}, settings_->rights},
      calls_{{host, roster_, store, sealer, settings_->feed.session_idle, std::move(session_used)}},
      books_{calls_, [this] { return this->settings()->books; }},
      devices_{calls_, grants_, conns_, [this] { return this->settings()->devices; }},
      lists_{calls_, [this] { return this->settings()->accessible_list; }},
      audits_{calls_, {devices_, refs_, nonces_, conns_}, settings_->audits},
      presence_{host, store, roster_} {
  presence_.configure(settings_->presence);
  roster_.configure(settings_->roster);
  store.on_touched([this](const Sql& sql, const Touched& touched) { return feed_.collect(sql, touched); });
}

void ClientSide::route(http::Server& server, std::function<void(const http::Exchange&)> scripts) {
  books_.route(server);
  devices_.route(server);
  lists_.route(server, std::move(scripts));
  audits_.route(server);
}

void ClientSide::start(std::function<void()> loaded) {
  loaded_ = std::move(loaded);
  host_.post(host_.home_loop(), [this] { load(); });
}

void ClientSide::load() {
  feed_.load(store_, [this](const std::string& refusal) { return refusal.empty() ? serve() : try_again(refusal); });
}

void ClientSide::try_again(const std::string& refusal) {
  host_.error("accounts.load_failed", {{"code", refusal}, {"hint", "tried again; nobody is served meanwhile"}});
  again_ = host_.after(settings()->load_again, [this] { load(); });
}

/// Bins, and old ids that are anybody's again.
void ClientSide::tidy() {
  store_.write(
      [now = store_.now(), kept = settings()->bin_kept](const Sql& sql, Touched&) {
        drop_old(sql, now - kept);
        sql.exec("DELETE FROM {p}reserved_ids WHERE until <= ?1", {now});
        return Unit{};
      },
      [](Outcome<Unit>&) {});
}

void ClientSide::serve() {
  host_.info("accounts.loaded", {{"devices", roster_.devices()}});
  rights_.open();
  devices_.start();
  presence_.start(is_online_);
  tidy_ = host_.every(kTidy, [this] { tidy(); });
  if (const auto told = std::exchange(loaded_, nullptr)) told();
}

void ClientSide::reload(Settings settings) {
  roster_.configure(settings.roster);
  rights_.taken_back();
  presence_.configure(settings.presence);
  const std::lock_guard lock{mutex_};
  settings_ = std::make_shared<const Settings>(std::move(settings));
}

}  // namespace junctor::accounts
