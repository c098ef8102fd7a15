// SPDX-License-Identifier: Apache-2.0
#include "nginx.hpp"

#include <csignal>
#include <stdexcept>

#include "program.hpp"
#include "support/clients.hpp"

namespace junctor::web {

using testing::eventually;
using testing::LineClient;

namespace {

/// What stands around a site's file on a Debian system, with everything that is written in the prefix directory.
constexpr const char* kAround = R"(daemon off;
user root;
worker_processes 2;
pid nginx.pid;
error_log error.log notice;
events { worker_connections 1024; }
http {
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include site.conf;
}
)";

/// Throws where the sample no longer has what the test replaces in it.
void replace(std::string& text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error{"the sample for nginx lacks " + from};
  for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

size_t count(const std::string& text, const std::string& what) {
  size_t found = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

Nginx::Nginx(const site::Site& site, const testing::Certificate& pair, const std::string& pages) {
  need_program(kNginx);
  write_configuration(site, pair, pages);
  const std::string conf = dir_.file("nginx.conf");
  process_ = std::make_unique<testing::Process>(
      std::vector<std::string>{kNginx, "-p", dir_.path(), "-c", conf, "-e", dir_.file("error.log")}, dir_.file("out"),
      dir_.file("err"));
  eventually([&] { return !process_->running() || LineClient::try_connect("127.0.0.1", https()); });
  if (!process_->running())
    throw std::runtime_error{"nginx has ended:\n" + log() + testing::read_file(dir_.file("err"))};
}

Nginx::~Nginx() {
  process_->signal(SIGTERM);  // its workers would outlive a master that is killed
  process_->wait();
}

void Nginx::write_configuration(const site::Site& site, const testing::Certificate& pair,
                                const std::string& pages) const {
  std::string sample = testing::read_file(JUNCTOR_NGINX_SAMPLE);
  const std::string http_port = std::to_string(http()), https_port = std::to_string(https());
  replace(sample, "listen 80;", "listen " + http_port + ";");
  replace(sample, "listen [::]:80;", "listen [::]:" + http_port + ";");
  replace(sample, "listen 443 ssl;", "listen " + https_port + " ssl;");
  replace(sample, "listen [::]:443 ssl;", "listen [::]:" + https_port + " ssl;");
  replace(sample, "127.0.0.1:21114;", site.at(-2).text() + ";");
  replace(sample, "127.0.0.1:21118;", site.at(2).text() + ";");
  replace(sample, "127.0.0.1:21119;", site.at(3).text() + ";");
  replace(sample, "/etc/letsencrypt/live/rd.example.org/", dir_.path() + "/");
  replace(sample, "/var/www/html", pages);
  dir_.write("site.conf", sample);
  dir_.write("nginx.conf", kAround);
  dir_.write("fullchain.pem", pair.certificate);
  dir_.write("privkey.pem", pair.key);
}

bool Nginx::reload() {
  const std::string goes = "gracefully shutting down";
  const size_t gone = count(log(), goes);
  process_->signal(SIGHUP);
  return eventually([&] { return count(log(), goes) >= gone + 2; });
}

}  // namespace junctor::web
