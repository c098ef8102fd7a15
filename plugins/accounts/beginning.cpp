// SPDX-License-Identifier: Apache-2.0
// The first turn of the home loop, and the following ones while the database is away.
#include "accounts/beginning.hpp"

#include <utility>

#include "accounts/store/first_start.hpp"

namespace junctor::accounts {
namespace {

constexpr Duration kAgain = std::chrono::seconds{1};

}  // namespace

void Beginning::start() {
  site_.host.post(site_.host.home_loop(), [this] { look(); });
}

void Beginning::later(const std::string& why) {
  site_.host.warning("accounts.waiting", {{"reason", "database"}, {"hint", why}});
  again_ = site_.host.after(kAgain, [this] { look(); });
}

void Beginning::look() {
  site_.store.read([](const Sql& sql) { return lacks_administrator(sql); },
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
        done_();
      });
}

}  // namespace junctor::accounts
