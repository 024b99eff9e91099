"""Files of the Alexa companion apps, on Android and iOS, that are not databases."""
