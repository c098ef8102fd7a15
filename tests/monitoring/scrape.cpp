// SPDX-License-Identifier: Apache-2.0
#include "scrape.hpp"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <cstdlib>
#include <iterator>
#include <sstream>

namespace junctor::monitoring {

using namespace Poco::Net;

Got get(uint16_t port, const std::string& path, const std::string& header, const std::string& value) {
  try {
    HTTPClientSession session{"127.0.0.1", port};
    HTTPRequest request{HTTPRequest::HTTP_GET, path, HTTPMessage::HTTP_1_1};
    if (!header.empty()) request.set(header, value);
    session.sendRequest(request);
    HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    std::string body{std::istreambuf_iterator<char>{in}, {}};
    return {response.getStatus(), response.getContentType(), std::move(body)};
  } catch (const Poco::Exception&) {
    return {};
  }
}

std::set<std::string> names_in(const std::string& scrape) {
  std::set<std::string> names;
  std::istringstream in{scrape};
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find_first_of("{ ")));
  }
  return names;
}

std::optional<double> value_of(const std::string& scrape, const std::string& sample) {
  const std::string whole = "\n" + scrape;
  const size_t at = whole.find("\n" + sample + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::atof(whole.c_str() + at + sample.size() + 2);
}

}  // namespace junctor::monitoring
