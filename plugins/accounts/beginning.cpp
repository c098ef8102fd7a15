// SPDX-License-Identifier: Apache-2.0
// The first turn of the home loop, and the following ones while the database is away.
#include "accounts/beginning.hpp"

#include <utility>

#include "accounts/store/devices.hpp"
#include "accounts/store/first_start.hpp"

namespace junctor::accounts {
namespace {

constexpr Duration kAgain = std::chrono::seconds{1};
constexpr uint64_t kPage = 2000;
constexpr const char* kImported = "imported_peers";  // a row of {p}settings; no option has this name

}  // namespace

void Beginning::start() {
  site_.host.post(site_.host.home_loop(), [this] { look(); });
}

void Beginning::later(const std::string& why) {
  site_.host.warning("accounts.waiting", {{"reason", "database"}, {"hint", why}});
  again_ = site_.host.after(kAgain, [this] { look(); });
}

void Beginning::look() {
  site_.store.read([](const Sql& sql) { return is_new_site(sql); },
                   [this](Outcome<bool>& is_new) {
                     if (!is_new) return later(is_new.refused);
                     return *is_new ? make_admin() : store({});
                   });
}

void Beginning::make_admin() {
  const bool taken = site_.hashers.run([this] {
    const std::string password = random_password();
    std::string hash, fault;
    try {
      hash = site_.passwords.hash(password);
      site_.first_password.keep(password);  // before the user is there: nobody would know it otherwise
    } catch (const std::exception& error) {
      fault = error.what();
    }
    site_.host.post(site_.host.home_loop(), [this, hash, fault] { return fault.empty() ? store(hash) : later(fault); });
  });
  if (!taken) later("the queue of password hashes is full");
}

void Beginning::store(const std::string& hash) {
  site_.store.write(
      [hash, now = site_.store.now()](const Sql& sql, Touched& touched) { return begin_site(sql, hash, now, touched); },
      [this](Outcome<bool>& made) {
        if (!made) return later(made.refused);
        if (*made) {
          site_.host.event(JCT_LOG_INFO, "accounts.first_start",
                           {{"user", kFirstAdmin}, {"hint", "junctorctl user first shows the password, once"}});
        }
        import_after({});
      });
}

void Beginning::import_after(const std::string& last) {
  if (!site_.storage) return done_();
  site_.store.read(
      [](const Sql& sql) { return sql.number("SELECT count(*) FROM {p}settings WHERE name = ?1", {kImported}) != 0; },
      [this, last](Outcome<bool>& imported) {
        if (!imported) return later(imported.refused);
        if (*imported) return done_();
        auto page = std::make_shared<std::vector<Device>>();
        site_.storage->peer_scan(
            last, kPage,
            [page](const jct_peer_record& peer) {
              Device device;
              device.device_id = view(peer.id);
              device.uuid = view(peer.uuid);
              device.pk = view(peer.pk);
              device.reported.ip = view(peer.ip);
              page->push_back(std::move(device));
            },
            [this, page](jct_status status) {
              if (status != JCT_OK) return later("the peers of the site cannot be read");
              const bool more = page->size() == kPage;
              return import_page(std::move(*page), more);
            });
      });
}

void Beginning::import_page(std::vector<Device> page, bool more) {
  const std::string last = page.empty() ? std::string{} : page.back().device_id;
  site_.store.write(
      [page = std::move(page), more, now = site_.store.now()](const Sql& sql, Touched& touched) {
        for (const Device& device : page) {
          if (!device_by_id(sql, device.device_id)) add_device(sql, device, now, touched);
        }
        if (!more) {
          sql.exec("INSERT INTO {p}settings (name, value, changed) VALUES (?1, '1', ?2) ON CONFLICT DO NOTHING",
                   {kImported, now});
        }
        return page.size();
      },
      [this, last, more](Outcome<size_t>& stored) {
        if (!stored) return later(stored.refused);
        if (*stored > 0) site_.host.info("accounts.imported", {{"devices", *stored}});
        return more ? import_after(last) : done_();
      });
}

}  // namespace junctor::accounts
