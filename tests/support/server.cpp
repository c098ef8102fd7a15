// SPDX-License-Identifier: Apache-2.0
#include "support/server.hpp"

#include <Poco/JSON/Parser.h>
#include <Poco/JSONString.h>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/clients.hpp"

namespace junctor::testing {

std::vector<Poco::JSON::Object::Ptr> Answer::rows() const {
  std::vector<Poco::JSON::Object::Ptr> all;
  const Poco::JSON::Array::Ptr array = object()->getArray("rows");
  for (size_t i = 0; !array.isNull() && i < array->size(); ++i) {
    all.push_back(array->getObject(static_cast<unsigned>(i)));
  }
  return all;
}

Poco::JSON::Object::Ptr Answer::row(const std::string& key, const std::string& value) const {
  for (const Poco::JSON::Object::Ptr& row : rows()) {
    if (row->optValue<std::string>(key, "") == value) return row;
  }
  return {};
}

Server::Server(ServerOptions options) : options_{std::move(options)} {
  write_kernel();
  std::filesystem::create_directories(dir_.file("etc/conf.d"));
}

Server::~Server() {
  if (running()) kill();
  const std::string text = log();
  const int code = process_ ? process_->wait(Millis{0}).value_or(0) : 0;
  for (const int crash : {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE}) {
    if (code != 128 + crash) continue;
    std::fprintf(stderr, "the server has crashed, signal %d:\n%s\n", crash, text.c_str());
    std::_Exit(1);
  }
  for (const char* report : {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
                             ": runtime error:", "a method that belongs to its thread"}) {
    if (text.find(report) == std::string::npos) continue;
    std::fprintf(stderr, "the server has left a report:\n%s\n", text.c_str());
    std::_Exit(1);  // a test that passed otherwise must not hide it
  }
}

void Server::write_kernel() const {
  std::ostringstream text;
  text << "[kernel]\nbase_port = " << ports_.base() << "\nplugin_dir = \"" << options_.plugin_dir << "\"\ndata_dir = \""
       << data_dir() << "\"\nworkers = " << options_.workers << "\n"
       << options_.kernel;
  dir_.write("etc/junctor.toml", text.str());
}

void Server::kernel(const std::string& lines) {
  options_.kernel = lines;
  write_kernel();
}

void Server::conf(const std::string& name, const std::string& text) const {
  dir_.write("etc/conf.d/" + name + ".toml", text);
}

void Server::remove_conf(const std::string& name) const {
  std::filesystem::remove(dir_.file("etc/conf.d/" + name + ".toml"));
}

std::vector<std::string> Server::arguments(const std::vector<std::string>& more) const {
  std::vector<std::string> all{"--config", config_file()};
  all.insert(all.end(), options_.args.begin(), options_.args.end());
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void Server::launch() {
  std::vector<std::string> argv = options_.wrapper;
  argv.push_back(JUNCTOR_TEST_DAEMON);
  for (const std::string& word : arguments()) argv.push_back(word);
  process_.reset();
  mark_log();
  process_ = std::make_unique<Process>(argv, dir_.file("out"), dir_.file("log"));
}

void Server::start() {
  launch();
  const auto ready = [this] {
    return new_log().find("event=server.ready") != std::string::npos ||
           new_log().find("\"event\":\"server.ready\"") != std::string::npos;
  };
  eventually([&] { return ready() || !running(); });
  if (ready() && running()) return;
  throw std::runtime_error{std::string{running() ? "the server is not ready" : "the server has ended"} + ":\n" + log()};
}

void Server::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

int Server::stop(Millis drain) {
  process_->signal(SIGTERM);
  if (const auto code = process_->wait(drain)) return *code;
  process_->signal(SIGTERM);
  if (const auto code = process_->wait()) return *code;
  throw std::runtime_error{"the server does not stop:\n" + log()};
}

void Server::restart() {
  stop();
  start();
}

Answer Server::ctl(const std::string& command, const std::vector<std::string>& args) {
  std::string request = "{\"command\":" + Poco::toJSON(command) + ",\"args\":[";
  for (size_t i = 0; i < args.size(); ++i) request += (i == 0 ? "" : ",") + Poco::toJSON(args[i]);
  request += "]}\n";
  LineClient client = LineClient::local(control_path());
  client.send(request);
  Answer answer;
  // The server itself gives up after 10 s.
  const auto line = client.read_line(Millis{15'000});
  if (!line) throw std::runtime_error{"no answer to " + command + ":\n" + log()};
  answer.text = *line;
  const auto object = Poco::JSON::Parser{}.parse(answer.text).extract<Poco::JSON::Object::Ptr>();
  answer.ok = object->getValue<bool>("ok");
  answer.error = object->optValue<std::string>("error", "");
  answer.result = object->get("result");
  return answer;
}

void Server::reload() {
  const Answer answer = ctl("reload");
  if (!answer.ok) throw std::runtime_error{"reload refused: " + answer.text};
}

std::string Server::new_log() const {
  const std::string all = log();
  return mark_ < all.size() ? all.substr(mark_) : std::string{};
}

bool Server::log_has(const std::string& text, Millis patience) {
  return eventually([&] { return new_log().find(text) != std::string::npos; }, patience);
}

bool Server::log_has(const std::string& text, const std::string& also, Millis patience) {
  return eventually(
      [&] {
        std::istringstream lines{new_log()};
        for (std::string line; std::getline(lines, line);) {
          if (line.find(text) != std::string::npos && line.find(also) != std::string::npos) return true;
        }
        return false;
      },
      patience);
}

}  // namespace junctor::testing
