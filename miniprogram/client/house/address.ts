/**
 * Where the house answers. Both names belong into the mini-program's list of allowed domains: 开发管理 › 服务器域名
 * (request and uploadFile the first, socket the second). Write your own before you upload; the preview in a browser
 * maps this name to the house that serves it.
 */
export const HOUSE = "https://teahouse.example.com";
export const SOCKET = "wss://teahouse.example.com/ws";
export const VERSION = "1.0.0";
