// SPDX-License-Identifier: Apache-2.0
// The same functions that the plugin accounts calls, in a transaction of our own.
#include "tools/junctorctl/accounts_words.hpp"

#include <SQLiteCpp/Statement.h>
#include <junctor/sql_dialect.hpp>

#include <ctime>
#include <filesystem>
#include <istream>

#include "accounts/api/refused.hpp"
#include "accounts/first_admin.hpp"
#include "accounts/operators/commands.hpp"
#include "accounts/store/first_start.hpp"
#include "accounts/store/schema.hpp"
#include "storage_sqlite/sql/migrate.hpp"
#include "storage_sqlite/sql/session.hpp"
#include "tools/junctorctl/command_line.hpp"

namespace junctor::tools {
namespace {

namespace fs = std::filesystem;
using accounts::Touched;

constexpr const char* kInstance = "accounts";

void bring_up_to_date(const std::string& path, const storage::SqlSettings& settings) {
  std::vector<std::vector<const char*>> lists;
  std::vector<jct_migration> steps;
  for (const Migration& step : accounts::schema()) {
    lists.push_back(step.statements);
    lists.back().push_back(nullptr);
    steps.push_back({sizeof(jct_migration), step.version, lists.back().data()});
  }
  std::vector<const jct_migration*> pointers;
  for (const jct_migration& step : steps) pointers.push_back(&step);
  storage::migrate_file(path, settings, kInstance, pointers);
}

/// One command as a work of the database.
struct Task {
  const accounts::Request& request;
  const accounts::Prepared& prepared;
  std::string answer;
  std::string refused;
  Touched touched;

  static jct_status run(void* self, const jct_transaction* transaction) {
    auto& task = *static_cast<Task*>(self);
    try {
      const Sql sql{transaction};
      const int64_t now = std::time(nullptr);
      accounts::make_built_ins(sql, now, task.touched);
      task.answer = accounts::execute(sql, task.request, task.prepared, now, task.touched);
      return JCT_OK;
    } catch (const std::exception& error) {
      task.refused = error.what();
      return JCT_E_DENIED;
    }
  }
};

/// What signalling keeps of devices that are gone, or their next contact would find the old key.
void forget_peers(const fs::path& data, const std::set<std::string>& ids) {
  const fs::path file = data / "db_v2.sqlite3";
  if (ids.empty() || !fs::exists(file)) return;
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE, 10'000};
  for (const std::string& id : ids) {
    SQLite::Statement erase{database, "delete from peer where id = ?1"};
    erase.bind(1, id);
    erase.exec();
  }
}

std::string first_password(const fs::path& data) {
  const auto password = accounts::FirstPassword{(data / (std::string{kInstance} + ".first")).string()}.take();
  if (!password) throw std::runtime_error{"it was read before; junctorctl user password admin makes a new one"};
  return "{\"user\":\"" + std::string{accounts::kFirstAdmin} + "\",\"password\":\"" + *password + "\"}";
}

}  // namespace

bool is_accounts_word(const std::string& command) {
  return command == "user" || command == "token" || command == "device";
}

std::vector<std::string> with_password(const std::vector<std::string>& args, std::istream& in) {
  std::vector<std::string> out;
  for (const std::string& arg : args) {
    if (arg != "--password-stdin") {
      out.push_back(arg);
      continue;
    }
    std::string password;
    if (!std::getline(in, password) || password.empty()) {
      throw UsageError{"--password-stdin: expected the password as a line on the standard input, got nothing"};
    }
    if (password.back() == '\r') password.pop_back();
    out.push_back("--password");
    out.push_back(password);
  }
  return out;
}

std::optional<std::string> run_offline(const std::string& data, bool make, const std::string& subject,
                                       const std::vector<std::string>& args) {
  const fs::path file = fs::path{data} / "junctor.sqlite3";
  if (!fs::exists(file) && !(make && fs::is_directory(data))) return std::nullopt;
  if (const std::string holders = storage::lock_holders(file.string()); !holders.empty()) {
    throw std::runtime_error{file.string() + ": " + holders + " has it open, but no server answers at the socket in " +
                             data + "; name its socket with --socket, or stop it"};
  }
  const std::string verb = args.empty() ? std::string{} : args.front();
  const accounts::Request request =
      accounts::parse_request(subject, verb, {args.begin() + (args.empty() ? 0 : 1), args.end()});
  if (verb == "first") return first_password(data);
  const accounts::Prepared prepared = accounts::prepare(request, accounts::Passwords{accounts::PasswordPolicy{}});
  const storage::SqlSettings settings;
  bring_up_to_date(file.string(), settings);
  storage::SqlSession session{file.string(), storage::SqlSession::Kind::kWrite, storage::Missing::kFail,
                              settings.tuning, settings.patience};
  Task task{request, prepared, {}, {}, {}};
  const jct_sql_work work{&task, &Task::run, nullptr, {}, 0, 0};
  session.begin();
  const auto outcome = session.run_inside(work, table_prefix(kInstance));
  if (outcome.status < 0) {
    session.roll_back();
    throw std::runtime_error{outcome.fault ? outcome.fault->text : task.refused};
  }
  session.commit();
  forget_peers(data, task.touched.removed_devices);
  return task.answer;
}

std::string api_url(const std::string& host, int port) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(':') == colon;
  const bool bracketed = bracket != std::string::npos;
  std::string name = bracketed ? host.substr(0, bracket + 1) : has_port ? host.substr(0, colon) : host;
  if (!bracketed && name.find(':') != std::string::npos) name = "[" + name + "]";
  return "http://" + name + ":" + std::to_string(port);
}

}  // namespace junctor::tools
