// SPDX-License-Identifier: Apache-2.0
// junctorctl: asks a running junctord over its control socket and shows the answer; or examines one as a client does.
// One thread.
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "config/places.hpp"
#include "config/values.hpp"
#include "junctor_version.hpp"
#include "tools/doctor/doctor.hpp"
#include "tools/doctor/examination.hpp"
#include "tools/doctor/inside.hpp"
#include "tools/junctorctl/accounts_words.hpp"
#include "tools/junctorctl/backup.hpp"
#include "tools/junctorctl/command_line.hpp"
#include "tools/junctorctl/control_client.hpp"
#include "tools/junctorctl/health.hpp"
#include "tools/junctorctl/qr.hpp"
#include "tools/junctorctl/render.hpp"
#include "tools/migrate/migrate.hpp"

namespace junctor::tools {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

enum ExitCode { kExitOk = 0, kExitFailed = 1, kExitUsage = 2 };

constexpr const char* kUsage =
    "usage: junctorctl [--socket PATH | --data DIR] [--json] COMMAND [ARGS...]\n"
    "\n"
    "  --socket PATH   the server's control socket\n"
    "  --data DIR      the server's data directory, which has the socket\n"
    "  --json          the answer as JSON\n"
    "  --version       this program's version\n"
    "\n"
    "commands of this program:\n"
    "  help                                 this, and the words of the running server\n"
    "  events [--follow]                    what the server logs, from now on, until interrupted\n"
    "  invite [HOST] [--relay HOST] [--api URL] [--qr]\n"
    "                                       what to give to clients that shall use HOST, or else the server's "
    "public_host;\n"
    "                                       on a terminal, or with --qr, with a code that the mobile client scans\n"
    "  doctor HOST[:PORT] [--key KEY] [--relay HOST:PORT]\n"
    "                                       what works from here for a client of HOST, what fails, and what to do;\n"
    "                                       needs no server beside it\n"
    "  doctor [--config FILE]               the same of the server here from the inside, running or not: "
    "configuration, "
    "keys,\n"
    "                                       database, limits; FILE: its main configuration file\n"
    "  health                               exit code 0 when the server takes new work with all its plugins, else 1\n"
    "  backup TO [--config DIR]             keys, database and configuration of the server here, running or not, into "
    "the\n"
    "                                       new directory TO; DIR: where its configuration is\n"
    "  migrate DIR [OPTIONS]                from a stock server's directory, and back: junctorctl migrate --help\n"
    "  user, token, device ...              users, API tokens and devices of the server here, running or not:\n"
    "                                       junctorctl user add NAME [--admin] [--password-stdin], user list, ...\n"
    "All other words go to the server.\n";

std::filesystem::path this_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

/// The tree that this program is installed in: as for the server, it decides what is meant.
std::filesystem::path prefix() { return this_program().parent_path().parent_path(); }

std::string default_config() { return config::etc_dir(prefix().string()); }

std::string socket_of(const CommandLine& line) {
  return line.socket.empty() ? default_socket(this_program().string()) : line.socket;
}

void show(const CommandLine& line, const Var& result) {
  std::cout << (line.json ? json_text(result) + "\n" : render(result)) << std::flush;
}

int pass_on(const CommandLine& line) {
  ControlClient client{socket_of(line)};
  show(line, client.ask(line.command, line.args));
  return kExitOk;
}

/// Asked of the server where one answers; where none does, done on its database.
int about_accounts(const CommandLine& line) {
  const std::vector<std::string> args = with_password(line.args, std::cin);
  std::unique_ptr<ControlClient> client;
  std::string none;
  try {
    client = std::make_unique<ControlClient>(socket_of(line));
  } catch (const ControlError& error) {
    none = error.what();
  }
  if (client) {
    show(line, client->ask(line.command, args));
    return kExitOk;
  }
  const std::string data = std::filesystem::path{socket_of(line)}.parent_path().string();
  const auto answer = run_offline(data, !line.socket.empty(), line.command, args);
  if (!answer) throw ControlError{none};
  show(line, Poco::JSON::Parser{}.parse(*answer));
  return kExitOk;
}

/// The words of the server are shown where one runs; help is help without one, too.
int help(const CommandLine& line) {
  if (line.json) return pass_on(line);
  std::cout << kUsage;
  try {
    ControlClient client{socket_of(line)};
    const Var words = client.ask("help", {});
    std::cout << "\ncommands of the server:\n" << render(words);
  } catch (const ControlError& error) {
    std::cout << "\n(no list of the server's words: " << error.what() << ")\n";
  }
  return kExitOk;
}

int events(const CommandLine& line) {
  ControlClient client{socket_of(line)};
  client.ask("events", {});
  while (const auto event = client.read_line()) {
    std::cout << (line.json ? *event : event_line(*event)) << std::endl;
    if (!std::cout) return kExitOk;  // the reader has gone
  }
  std::cerr << "junctorctl: the server closed the connection\n";
  return kExitFailed;
}

std::string public_key(ControlClient& client) {
  const Var keys = client.ask("keys", {"show"});
  const Object::Ptr object = keys.extract<Object::Ptr>();
  return object->optValue<std::string>("public_key", "");
}

/// As the operator has set it.
std::string public_host(ControlClient& client) {
  const Var site = client.ask("site", {});
  const std::string host = site.extract<Object::Ptr>()->optValue<std::string>("host", "");
  if (host.empty()) {
    throw UsageError{"expected: invite HOST; or set public_host in [rendezvous], and clients are told that"};
  }
  return host;
}

/// As public_host is checked; with the site's port where it is not the one that clients take by themselves.
std::string checked_host(ControlClient& client, const std::string& host) {
  std::string why;
  if (!config::parse_host(host, &why)) throw UsageError{"HOST: " + why};
  const auto rows = client.ask("config", {}).extract<Object::Ptr>()->getArray("rows");
  std::string port;
  for (size_t i = 0; !rows.isNull() && i < rows->size(); ++i) {
    const Object::Ptr row = rows->getObject(static_cast<unsigned>(i));
    const bool is_port =
        row->optValue<std::string>("instance", "") == "kernel" && row->optValue<std::string>("key", "") == "base_port";
    if (is_port) port = row->optValue<std::string>("value", "");
  }
  return port.empty() || port == "21116" ? host : host_with_port(host, port);
}

/// Where clients of `host` find the API: as the operator has set it, else where it is served; empty without accounts.
std::string public_api(ControlClient& client, const std::string& host) {
  try {
    const Object::Ptr api = client.ask("api", {}).extract<Object::Ptr>();
    const std::string url = api->optValue<std::string>("url", "");
    const int port = api->optValue<int>("port", 0);
    return !url.empty() || port == 0 ? url : api_url(host, port);
  } catch (const ControlError&) {
    return {};  // a server without it
  }
}

int invite(const CommandLine& line) {
  InviteQuestion question = parse_invite(line.args);
  wire::Invite& invite = question.invite;
  ControlClient client{socket_of(line)};
  invite.key = public_key(client);
  const bool given = !invite.host.empty();
  if (!given) invite.host = public_host(client);
  if (invite.api.empty()) invite.api = public_api(client, invite.host);
  if (given) invite.host = checked_host(client, invite.host);  // the other one has been
  const std::string text = wire::encode_invite(invite);
  Object::Ptr shown = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  shown->set("host", invite.host);
  shown->set("relay", invite.relay);
  shown->set("api", invite.api);
  shown->set("key", invite.key);
  shown->set("configuration", text);
  shown->set("link", "rustdesk://config/" + text);
  show(line, Var{shown});
  if (!line.json && (question.qr || ::isatty(STDOUT_FILENO) == 1)) std::cout << "\n" << qr_code("config=" + text);
  return kExitOk;
}

int health(const CommandLine& line) {
  ControlClient client{socket_of(line)};
  const Var status = client.ask("status", {});
  const Health health = judge_health(status, client.ask("plugins", {}));
  show(line, health.shown);
  return health.good ? kExitOk : kExitFailed;
}

int backup(const CommandLine& line) {
  const BackupQuestion question = parse_backup(line.args);
  const std::string data = std::filesystem::path{socket_of(line)}.parent_path().string();
  const std::string config = question.config.empty() ? default_config() : question.config;
  Poco::JSON::Array::Ptr rows = new Poco::JSON::Array;
  for (const BackedUp& one : back_up(data, config, question.to)) {
    Object::Ptr row = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
    row->set("file", one.file);
    row->set("copied_as", one.how);
    row->set("bytes", one.bytes);
    rows->add(row);
  }
  Object::Ptr answer = new Object;
  answer->set("rows", rows);
  show(line, Var{answer});
  return kExitOk;
}

int examine(const CommandLine& line) {
  const DoctorQuestion question = parse_doctor(line.args);
  const auto how = [&](const std::function<void(const doctor::Check&)>& on_check) {
    if (question.target) return doctor::Examination{*question.target, on_check}.run();
    const std::string junctord = (prefix() / "sbin" / "junctord").string();
    return doctor::examine_inside({socket_of(line), junctord, question.config, JUNCTOR_VERSION}, on_check);
  };
  return doctor::run(how, line.json) ? kExitOk : kExitFailed;
}

int migrate_site(const CommandLine& line) {
  migrate::Question question = migrate::parse_question(line.args);
  if (question.help) {
    std::cout << migrate::kHelp;
    return kExitOk;
  }
  std::error_code error;
  question.web_sockets = std::filesystem::exists(prefix() / "lib/junctor/ws_bridge.so", error);
  return migrate::run(question, default_config() + "/conf.d", line.json) ? kExitOk : kExitFailed;
}

int run(const CommandLine& line) {
  if (line.version) {
    std::cout << "junctorctl " << JUNCTOR_VERSION << "\n";
    return kExitOk;
  }
  if (line.help || line.command == "help") return help(line);
  if (line.command.empty()) throw UsageError{"no command given"};
  if (line.command == "events") return events(line);
  if (line.command == "invite") return invite(line);
  if (line.command == "backup") return backup(line);
  if (line.command == "health") return health(line);
  if (line.command == "doctor") return examine(line);
  if (line.command == "migrate") return migrate_site(line);
  if (is_accounts_word(line.command)) return about_accounts(line);
  return pass_on(line);
}

int guarded(const std::vector<std::string>& args) {
  try {
    return run(parse_command_line(args));
  } catch (const UsageError& error) {
    std::cerr << "junctorctl: " << error.what() << "\n\n" << kUsage;
    return kExitUsage;
  } catch (const Poco::Exception& error) {
    std::cerr << "junctorctl: " << error.displayText() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "junctorctl: " << error.what() << "\n";
  }
  return kExitFailed;
}

}  // namespace
}  // namespace junctor::tools

int main(int argc, char** argv) { return junctor::tools::guarded({argv + 1, argv + argc}); }
