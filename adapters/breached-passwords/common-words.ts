/**
 * Pieces that published lists of leaked passwords are made of, in lower case without digits for letters. Kept short on
 * purpose: with 15 characters demanded, what matters is what people lengthen these into.
 */
export const commonWords: ReadonlySet<string> = new Set(
  `
  password passwort passw parola senha contrasena motdepasse pass passphrase mypassword thepassword secret
  topsecret letmein welcome login admin administrator root user guest test testing default changeme changeit
  newpassword oldpassword temp temporary master access system server office company portico
  love iloveyou loveyou lovely forever always baby babygirl angel princess prince queen king sweet sweetheart
  honey sunshine summer winter spring autumn flower butterfly rainbow chocolate cookie banana cheese orange apple
  dragon monkey tiger lion eagle panther wolf dolphin horse mustang ferrari porsche corvette harley yamaha
  football soccer baseball basketball hockey golf tennis liverpool arsenal chelsea barcelona realmadrid juventus
  manchester united cowboys yankees lakers jordan
  batman superman spiderman starwars matrix pokemon naruto minecraft fortnite zelda mario matrix merlin gandalf
  michael jennifer jessica ashley amanda daniel andrew joshua matthew anthony charlie thomas robert george
  nicole michelle hannah samantha maggie ginger pepper buster hunter ranger killer shadow phantom ghost
  trustno trustnoone whatever nothing freedom america canada london paris iran tehran
  mohammad muhammad ahmad ali hossein hassan fatemeh zahra maryam sara reza mehdi amir persian khoda salam
  computer internet samsung google facebook twitter instagram windows linux iphone android microsoft
  hello hellohello hi world helloworld god jesus christ bible heaven blessed
  fuckyou fuck bitch asshole sexy
  money dollar million lucky diamond silver golden purple yellow black white
  family mother father mommy daddy sister brother friend friends
  abc xyz qwe asd zxc qaz wsx edc
  this is my the and you
  correcthorsebatterystaple thisismypassword iloveyouforever letmeinplease openthedoor mynameis
  whatisthepassword nevergonnagiveyouup maytheforcebewithyou
  `
    .trim()
    .split(/\s+/),
);
