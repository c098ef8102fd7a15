// SPDX-License-Identifier: Apache-2.0
// The parts that an instance is made of, in the order in which they need each other. Wiring alone: what each does, and
// on which thread, is its own file's to say.
#pragma once

#include <junctor/database.hpp>
#include <junctor/plugin.hpp>

#include <string>

#include "accounts/first_admin.hpp"
#include "accounts/login/enrolment.hpp"
#include "accounts/login/hashers.hpp"
#include "accounts/login/log_in.hpp"
#include "accounts/login/session_use.hpp"
#include "accounts/options.hpp"
#include "accounts/store/schema.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

inline Database migrated(const Host& host, const Config& config) {
  Database database{host};
  database.migrate(config.instance(), schema());
  return database;
}

struct Site {
  Site(Host& given, const Config& config)
      : host{given},
        database{migrated(host, config)},
        store{host, database},
        sealer{Sealer::from_file(config.data_dir() + "/" + config.instance() + ".key")},
        first_password{config.data_dir() + "/" + config.instance() + ".first"},
        passwords{read_passwords(config)},
        providers{host},
        hashers{static_cast<size_t>(config[option::kHashThreads]), static_cast<size_t>(config[option::kHashQueue])},
        log_in{{host, store, sealer, passwords,
                [this](std::function<void()> job) { return hashers.run(std::move(job)); }, &providers},
               read_tickets(config)},
        enrolment{sealer, "Junctor", {}} {}

  Host& host;
  Database database;
  Store store;
  const Sealer sealer;
  const FirstPassword first_password;
  const Passwords passwords;
  SessionUse session_use{1'000'000};
  const Providers providers;
  Hashers hashers;
  LogIn log_in;
  Enrolment enrolment;
};

}  // namespace junctor::accounts
